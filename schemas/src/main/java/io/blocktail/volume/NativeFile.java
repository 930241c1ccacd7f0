package io.blocktail.volume;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What Linux can do with a file and Java cannot: `fallocate(2)`, with which a range becomes a hole
/// that reads as zeros, `lseek(2)` for where holes are, `posix_fadvise(2)` and `flock(2)`. A file
/// descriptor of its own is opened, since Java does not give out the one of a channel.
final class NativeFile implements AutoCloseable {
  private static final int O_RDONLY = 0;
  private static final int O_RDWR = 2;
  private static final int O_CLOEXEC = 0x80000;
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int LOCK_EXCLUSIVE = 2;
  private static final int LOCK_NO_WAIT = 4;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final int WILL_NEED = 3;
  private static final int EINTR = 4;
  private static final int ENXIO = 6;
  private static final int EAGAIN = 11;
  private static final int ENODEV = 19;
  private static final int ENOSYS = 38;
  private static final int EOPNOTSUPP = 95;

  /// What a seek says when nothing of that kind is left.
  static final long NOTHING = -1;

  /// What a seek says where the file's system cannot tell data from holes.
  static final long UNKNOWN = -2;

  private record Native(
      MethodHandle open,
      MethodHandle fallocate,
      MethodHandle lseek,
      MethodHandle fadvise,
      MethodHandle flock,
      MethodHandle close,
      VarHandle errno) {}

  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final @Nullable Native NATIVE = link();

  private final Path file;
  private final int descriptor;

  private NativeFile(Path file, int descriptor) {
    this.file = file;
    this.descriptor = descriptor;
  }

  private static @Nullable Native link() {
    if (!System.getProperty("os.name", "").equals("Linux")) {
      return null;
    }
    var linker = Linker.nativeLinker();
    SymbolLookup symbols = linker.defaultLookup();
    var errno = Linker.Option.captureCallState("errno");
    return new Native(
        linker.downcallHandle(
            symbols.findOrThrow("open"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT),
            errno,
            Linker.Option.firstVariadicArg(2)),
        linker.downcallHandle(
            symbols.findOrThrow("fallocate"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG),
            errno),
        linker.downcallHandle(
            symbols.findOrThrow("lseek"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT),
            errno),
        linker.downcallHandle(
            symbols.findOrThrow("posix_fadvise"),
            FunctionDescriptor.of(
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_INT,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_LONG,
                ValueLayout.JAVA_INT)),
        linker.downcallHandle(
            symbols.findOrThrow("flock"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT),
            errno),
        linker.downcallHandle(
            symbols.findOrThrow("close"),
            FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT)),
        STATE.varHandle(MemoryLayout.PathElement.groupElement("errno")));
  }

  /// Null where the platform has no such call.
  static @Nullable NativeFile open(Path file) throws IOException {
    return open(file, O_RDWR);
  }

  /// The same, for what changes nothing.
  static @Nullable NativeFile openReadOnly(Path file) throws IOException {
    return open(file, O_RDONLY);
  }

  private static @Nullable NativeFile open(Path file, int mode) throws IOException {
    Native nat = NATIVE;
    if (nat == null) {
      return null;
    }
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      int descriptor =
          (int) nat.open.invokeExact(state, arena.allocateFrom(file.toString()), mode | O_CLOEXEC);
      if (descriptor < 0) {
        throw new IOException(file + ": cannot be opened: errno " + (int) nat.errno.get(state, 0L));
      }
      return new NativeFile(file, descriptor);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// Makes the range a hole. False where the file's system or device cannot; nothing is changed
  /// then.
  boolean punch(long offset, long length) throws IOException {
    return allocate(PUNCH_HOLE | KEEP_SIZE, offset, length, "punching a hole");
  }

  /// Has the file's system keep room for the range, behind the end of the file too, whose size
  /// stays as it is. False where it cannot.
  boolean reserve(long offset, long length) throws IOException {
    return allocate(KEEP_SIZE, offset, length, "keeping room");
  }

  private boolean allocate(int mode, long offset, long length, String what) throws IOException {
    Native nat = NATIVE;
    if (nat == null) {
      return false;
    }
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      while (true) {
        int result = (int) nat.fallocate.invokeExact(state, descriptor, mode, offset, length);
        if (result == 0) {
          return true;
        }
        int errno = (int) nat.errno.get(state, 0L);
        if (errno == EOPNOTSUPP || errno == ENOSYS || errno == ENODEV) {
          return false;
        }
        if (SystemErrors.isNoSpace(errno)) {
          throw new DeviceFull(file.toString(), new IOException(what + ": errno " + errno));
        }
        if (errno != EINTR) {
          throw new IOException(what + ": errno " + errno);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// The first byte at or behind `offset` that is not in a hole, or [#NOTHING], or [#UNKNOWN].
  long seekData(long offset) {
    return seek(offset, SEEK_DATA);
  }

  /// The first byte at or behind `offset` that is in a hole, as all behind the file's end are; or
  /// [#NOTHING], or [#UNKNOWN].
  long seekHole(long offset) {
    return seek(offset, SEEK_HOLE);
  }

  /// The descriptor's own place moves, too; nothing depends on it.
  private long seek(long offset, int whence) {
    Native nat = NATIVE;
    if (nat == null) {
      return UNKNOWN;
    }
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      long found = (long) nat.lseek.invokeExact(state, descriptor, offset, whence);
      if (found >= 0) {
        return found;
      }
      return (int) nat.errno.get(state, 0L) == ENXIO ? NOTHING : UNKNOWN;
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// Has the range brought into the page cache, if the system likes.
  void expectRead(long offset, long length) {
    Native nat = NATIVE;
    if (nat == null) {
      return;
    }
    try {
      int ignored = (int) nat.fadvise.invokeExact(descriptor, offset, length, WILL_NEED);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  /// Locks the file until this is closed or the process ends. Unlike the lock of a Java channel it
  /// belongs to this descriptor: neither does another channel of the same file take it away when it
  /// is closed, nor can the same process have it twice.
  ///
  /// @return false when somebody else has it
  boolean lock() throws IOException {
    Native nat = NATIVE;
    if (nat == null) {
      return true;
    }
    try (var arena = Arena.ofConfined()) {
      MemorySegment state = arena.allocate(STATE);
      while (true) {
        if ((int) nat.flock.invokeExact(state, descriptor, LOCK_EXCLUSIVE | LOCK_NO_WAIT) == 0) {
          return true;
        }
        int errno = (int) nat.errno.get(state, 0L);
        if (errno == EAGAIN) {
          return false;
        }
        if (errno != EINTR) {
          throw new IOException("locking the file: errno " + errno);
        }
      }
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    Native nat = NATIVE;
    if (nat == null) {
      return;
    }
    try {
      int ignored = (int) nat.close.invokeExact(descriptor);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
