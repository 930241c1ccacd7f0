package io.blocktail.deploy.process;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.time.Duration;

/// The main class of every child: sets it apart from the terminal, ties its life to the launcher's,
/// and calls the real main class. Arguments: a mark that tells this child's command line from any
/// other (not read here), the main class, its arguments. Depends on the JDK alone.
///
/// A child must not outlive a launcher that was killed: the next start could not have the volumes.
/// The launcher holds the other end of this process's standard input and never writes; when it
/// dies, the operating system closes that end.
public final class Guarded {
  /// How long a child may take for a clean stop once the launcher is gone.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Guarded() {}

  public static void main(String[] arguments) throws Throwable {
    leaveTheTerminal();
    Thread.ofPlatform().daemon().name("launcher-watch").start(Guarded::awaitTheLaunchersEnd);
    String[] own = new String[arguments.length - 2];
    System.arraycopy(arguments, 2, own, 0, own.length);
    MethodHandles.publicLookup()
        .findStatic(
            Class.forName(arguments[1]), "main", MethodType.methodType(void.class, String[].class))
        .invokeExact(own);
  }

  /// A session of its own: Ctrl-C in the terminal reaches the launcher alone, which stops its
  /// children in order. Where there is no `setsid`, or this process leads a group already, nothing
  /// changes.
  private static void leaveTheTerminal() throws Throwable {
    var linker = Linker.nativeLinker();
    var setsid = linker.defaultLookup().find("setsid");
    if (setsid.isPresent()) {
      int _ =
          (int)
              linker
                  .downcallHandle(setsid.get(), FunctionDescriptor.of(ValueLayout.JAVA_INT))
                  .invokeExact();
    }
  }

  private static void awaitTheLaunchersEnd() {
    try {
      while (System.in.read() >= 0) {
        // the launcher never writes
      }
    } catch (IOException e) {
      // the pipe is gone, and so is the launcher
    }
    Thread.ofPlatform().daemon().name("launcher-watch-end").start(Guarded::haltWhenStuck);
    System.exit(1);
  }

  private static void haltWhenStuck() {
    try {
      Thread.sleep(PATIENCE);
    } catch (InterruptedException e) {
      // the same
    }
    Runtime.getRuntime().halt(1);
  }
}
