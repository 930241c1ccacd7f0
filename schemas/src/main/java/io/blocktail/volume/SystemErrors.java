package io.blocktail.volume;

import java.io.IOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Objects;

/// Tells the system's errors apart. A channel gives only the system's own sentence, in the language
/// that the process was started with; so the system is asked for the same sentence.
final class SystemErrors {
  private static final int ENOSPC = 28;
  private static final int EDQUOT = 122;
  private static final List<String> NO_SPACE = noSpace();

  private SystemErrors() {}

  private static List<String> noSpace() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return List.of("No space left on device");
    }
    return List.of(sentence(ENOSPC), sentence(EDQUOT));
  }

  private static String sentence(int errno) {
    var linker = Linker.nativeLinker();
    var strerror =
        linker.downcallHandle(
            linker.defaultLookup().findOrThrow("strerror"),
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
    try {
      var text = (MemorySegment) strerror.invokeExact(errno);
      return text.reinterpret(1024).getString(0);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  static boolean isNoSpace(int errno) {
    return errno == ENOSPC || errno == EDQUOT;
  }

  static boolean isNoSpace(IOException e) {
    String said = Objects.requireNonNullElse(e.getMessage(), "");
    return NO_SPACE.stream().anyMatch(said::contains);
  }
}
