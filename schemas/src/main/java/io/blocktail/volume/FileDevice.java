package io.blocktail.volume;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A device over a regular file or a block device. Zeroing punches holes where the file system can,
/// else it writes zeros; either way the range reads as zeros afterwards. While it is open no other
/// one, in this process or another, can be opened over the same file, by whatever name.
public final class FileDevice implements BlockDevice {
  /// Shared by all: each who writes it takes a duplicate.
  private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(1 << 20).asReadOnlyBuffer();

  private static final int DIRECT_ALIGNMENT = 4096;

  /// How long to wait for somebody else to close the file: a process that is just ending, or the
  /// system, which looks into block devices for a moment.
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static final Duration LOOK = Duration.ofMillis(20);

  private final Path file;
  private volatile long size;
  private final FileChannel channel;

  /// Reads past the page cache; null where the file system cannot.
  private final @Nullable FileChannel direct;

  /// Punches holes, and has the file locked; null where the platform cannot.
  private final @Nullable NativeFile nativeFile;

  /// The most that is brought into the page cache because of one hint, in bytes.
  private static final long LONGEST_EXPECTED = 32 << 20;

  private enum Ability {
    UNTRIED,
    PRESENT,
    ABSENT
  }

  /// Whether the file system can punch holes.
  private volatile Ability punching = Ability.UNTRIED;

  /// False once the file system has said that it does not tell where holes are.
  private volatile boolean seeks = true;

  private FileDevice(
      Path file,
      long size,
      FileChannel channel,
      @Nullable FileChannel direct,
      @Nullable NativeFile nativeFile) {
    this.file = file;
    this.size = size;
    this.channel = channel;
    this.direct = direct;
    this.nativeFile = nativeFile;
  }

  /// Opens a file that exists already.
  ///
  /// @throws IOException when there is no such file, or it cannot be read and written, or is open
  ///   elsewhere
  public static FileDevice open(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    NativeFile nativeFile = null;
    try {
      nativeFile = NativeFile.open(file);
      if (nativeFile != null) {
        lock(nativeFile, file);
      }
      return new FileDevice(file, channel.size(), channel, direct(file), nativeFile);
    } catch (IOException | RuntimeException e) {
      try (channel;
          var _ = nativeFile) {
        // both are closed, whichever fails
      }
      throw e;
    }
  }

  /// Opens a file that somebody else writes, to look at it: every write fails, and nobody is locked
  /// out.
  public static FileDevice openReadOnly(Path file) throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.READ);
    try {
      return new FileDevice(file, channel.size(), channel, null, NativeFile.openReadOnly(file));
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void lock(NativeFile nativeFile, Path file) throws IOException {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!nativeFile.lock()) {
      if (System.nanoTime() - deadline > 0) {
        throw new FileSystemException(
            file.toString(), null, "it is in use as a volume or target by somebody else");
      }
      LockSupport.parkNanos(LOOK.toNanos());
    }
  }

  /// Makes a sparse file that reads as zeros, and opens it.
  ///
  /// @throws java.nio.file.FileAlreadyExistsException when there is a file already
  public static FileDevice create(Path file, long size) throws IOException {
    try (var channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), size - 1);
      channel.force(true);
    }
    try (var parent =
        FileChannel.open(
            Objects.requireNonNull(file.toAbsolutePath().getParent()), StandardOpenOption.READ)) {
      parent.force(true); // the file's name
    }
    return open(file);
  }

  private static @Nullable FileChannel direct(Path file) throws IOException {
    try {
      if (Files.getFileStore(file).getBlockSize() > DIRECT_ALIGNMENT) {
        return null;
      }
      return FileChannel.open(file, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
    } catch (UnsupportedOperationException e) {
      return null;
    } catch (java.nio.file.FileSystemException e) {
      return null; // tmpfs and some others refuse O_DIRECT; the file itself is open already
    }
  }

  @Override
  public long size() {
    return size;
  }

  /// Not while it is found out, behind the end of the file, whether holes can be punched.
  @Override
  public synchronized void grow(long bytes) throws IOException {
    if (bytes <= size) {
      return;
    }
    long there = channel.size();
    if (there < bytes && !Files.isRegularFile(file)) {
      throw new IOException(
          "%s has %d bytes, and %d are needed: make the device larger first"
              .formatted(file, there, bytes));
    }
    if (there < bytes) {
      try {
        channel.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
      } catch (IOException e) {
        throw SystemErrors.isNoSpace(e) ? new DeviceFull(file.toString(), e) : e;
      }
      channel.force(true);
    }
    size = bytes;
  }

  /// The room for its last block is kept: a file's system that cannot have a file of that size says
  /// so now.
  @Override
  public void checkGrowth(long bytes) throws IOException {
    NativeFile nativeFile = this.nativeFile;
    if (nativeFile != null && bytes > size && Files.isRegularFile(file)) {
      boolean _ = nativeFile.reserve(bytes - Geometry.BLOCK, Geometry.BLOCK);
    }
  }

  @Override
  public boolean growsByZeros() {
    return Files.isRegularFile(file);
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    checkRange(offset, into.remaining());
    fill(channel, into, offset);
  }

  @Override
  public void readStored(ByteBuffer into, long offset) throws IOException {
    int length = into.remaining();
    checkRange(offset, length);
    FileChannel direct = this.direct;
    if (direct == null || !Geometry.aligned(offset, length)) {
      fill(channel, into, offset);
      return;
    }
    var aligned =
        into.isDirect() && into.alignmentOffset(into.position(), DIRECT_ALIGNMENT) == 0
            ? into
            : ByteBuffer.allocateDirect(length + DIRECT_ALIGNMENT - 1)
                .alignedSlice(DIRECT_ALIGNMENT)
                .limit(length);
    fill(direct, aligned, offset);
    if (aligned != into) {
      into.put(aligned.flip());
    }
  }

  private void fill(FileChannel from, ByteBuffer into, long offset) throws IOException {
    long at = offset;
    while (into.hasRemaining()) {
      int n = from.read(into, at);
      if (n < 0) {
        throw new EOFException(
            "%s ends at %d although it had %d bytes when opened".formatted(file, at, size));
      }
      at += n;
    }
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    checkRange(offset, from.remaining());
    long at = offset;
    try {
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    } catch (IOException e) {
      throw SystemErrors.isNoSpace(e) ? new DeviceFull(file.toString(), e) : e;
    }
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    checkRange(offset, length);
    NativeFile nativeFile = this.nativeFile;
    if (nativeFile != null && punching != Ability.ABSENT) {
      boolean punched = nativeFile.punch(offset, length);
      punching = punched ? Ability.PRESENT : Ability.ABSENT;
      if (punched) {
        return;
      }
    }
    fill(offset, length);
  }

  /// True only when it is known: a block device says it with the first range that is zeroed.
  @Override
  public boolean zeroesFast() {
    if (punching == Ability.UNTRIED) {
      tryPunching();
    }
    return punching == Ability.PRESENT;
  }

  /// Behind the end of a file there is nothing to lose.
  private synchronized void tryPunching() {
    NativeFile nativeFile = this.nativeFile;
    if (nativeFile == null || !Files.isRegularFile(file)) {
      return;
    }
    try {
      punching = nativeFile.punch(size, Geometry.BLOCK) ? Ability.PRESENT : Ability.ABSENT;
    } catch (IOException e) {
      // the next range that is zeroed tells
    }
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    checkRange(offset, length);
    NativeFile nativeFile = this.nativeFile;
    if (nativeFile == null || !seeks) {
      return 0;
    }
    long data = nativeFile.seekData(offset);
    if (data == NativeFile.UNKNOWN) {
      seeks = false;
      return 0;
    }
    if (data == NativeFile.NOTHING) {
      // Also what the system says of a file that was cut: that is an error for who reads it.
      return channel.size() < size ? 0 : length;
    }
    return Math.min(data - offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    checkRange(offset, length);
    NativeFile nativeFile = this.nativeFile;
    long hole = nativeFile == null || !seeks ? NativeFile.UNKNOWN : nativeFile.seekHole(offset);
    if (hole < 0) {
      return length;
    }
    // A hole that begins right here was made a moment ago.
    return Math.min(hole == offset ? Geometry.BLOCK : hole - offset, length);
  }

  @Override
  public void expectRead(long offset, long length) {
    checkRange(offset, length);
    NativeFile nativeFile = this.nativeFile;
    if (nativeFile != null) {
      nativeFile.expectRead(offset, Math.min(length, LONGEST_EXPECTED));
    }
  }

  @Override
  public void fill(long offset, long length) throws IOException {
    checkRange(offset, length);
    ByteBuffer zeros = ZEROS.duplicate();
    for (long done = 0; done < length; ) {
      zeros.clear().limit((int) Math.min(zeros.capacity(), length - done));
      int n = zeros.limit();
      write(zeros, offset + done);
      done += n;
    }
  }

  @Override
  public void force() throws IOException {
    channel.force(false);
  }

  @Override
  public void close() throws IOException {
    try (channel;
        var _ = direct;
        var _ = nativeFile) {
      // all three are closed, whichever fails
    }
  }

  private void checkRange(long offset, long length) {
    if (offset < 0 || length < 0 || offset > size - length) {
      throw new AssertionError(
          "%s: range %d+%d is outside its %d bytes".formatted(file, offset, length, size));
    }
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
