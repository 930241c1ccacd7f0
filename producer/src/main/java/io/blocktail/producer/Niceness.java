package io.blocktail.producer;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jboss.logging.Logger;

/// Source first: the threads that publish, scrub and resync take the processor time that the
/// threads of the clients leave them. On Linux a thread has a nice value of its own, and hands it
/// on to the threads that it starts, such as those of Kafka's client. Elsewhere nothing is done.
final class Niceness {
  private static final Logger LOG = Logger.getLogger(Niceness.class);
  private static final int PRIO_PROCESS = 0;
  private static final int NICE = 5;

  private Niceness() {}

  /// Lowers the calling thread. Harmless when refused: it only runs as the others do.
  static void lower() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return;
    }
    try {
      int result = (int) Native.SETPRIORITY.invokeExact(PRIO_PROCESS, 0, NICE);
      if (result != 0) {
        LOG.debugf("thread %s keeps its priority", Thread.currentThread().getName());
      }
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  private static final class Native {
    static final MethodHandle SETPRIORITY =
        Linker.nativeLinker()
            .downcallHandle(
                Linker.nativeLinker().defaultLookup().findOrThrow("setpriority"),
                FunctionDescriptor.of(
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT,
                    ValueLayout.JAVA_INT));
  }
}
