package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.ReplicaMedium;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.FileDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// A regular file, sparse, or a block device.
public final class ReplicaFile implements ReplicaMedium {
  private static final int PIECE = 1 << 20;

  private final Path file;

  /// Which file, of all that the name has stood for, was opened; null before.
  private volatile @Nullable Object opened;

  public ReplicaFile(Path file) {
    this.file = file;
  }

  /// Reads holes too, which costs about as long as reading memory.
  @Override
  public boolean blank() throws IOException {
    if (!Files.exists(file)) {
      return true;
    }
    try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
      var zeros = ByteBuffer.allocateDirect(PIECE);
      var piece = ByteBuffer.allocateDirect(PIECE);
      while (channel.read(piece) >= 0) {
        piece.flip();
        if (piece.mismatch(zeros.limit(piece.limit())) >= 0) {
          return false;
        }
        piece.clear();
        zeros.clear();
      }
      return true;
    }
  }

  @Override
  public BlockDevice open(long size, boolean fresh) throws IOException {
    if (!fresh) {
      checkInPlace();
    }
    BlockDevice device = take(size, fresh);
    try {
      opened = key();
      return device;
    } catch (IOException e) {
      device.close();
      throw e;
    }
  }

  private BlockDevice take(long size, boolean fresh) throws IOException {
    if (fresh && !Files.exists(file)) {
      return FileDevice.create(file, size);
    }
    if (!Files.exists(file)) {
      throw new IOException(
          "%s is missing although there is a checkpoint that tells what it holds".formatted(file));
    }
    if (fresh && Files.isRegularFile(file) && Files.size(file) == 0) {
      Files.delete(file);
      return FileDevice.create(file, size);
    }
    FileDevice device = FileDevice.open(file);
    if (device.size() < size) {
      device.close();
      throw new IOException(
          "%s is smaller than its volume: it has %d bytes, the volume %d"
              .formatted(file, device.size(), size));
    }
    return device;
  }

  /// Another file is not taken for the copy, whatever it holds: the checkpoint speaks of the one
  /// that was opened.
  @Override
  public void checkInPlace() throws IOException {
    Object expected = opened;
    if (expected == null) {
      return;
    }
    if (!Files.exists(file)) {
      throw new IOException(
          "%s was removed while it was in use: put it back, or remove the target's directory's content too to start this target anew"
              .formatted(file));
    }
    if (!key().equals(expected)) {
      throw new IOException(
          "%s was replaced by another file while it was in use: put the former one back, or remove this one and the target's directory's content to start this target anew"
              .formatted(file));
    }
  }

  /// A block device is what it is by its number: its node may be made anew.
  private Object key() throws IOException {
    return Files.isRegularFile(file)
        ? Files.getAttribute(file, "unix:ino") + "@" + Files.getAttribute(file, "unix:dev")
        : Files.getAttribute(file, "unix:rdev");
  }

  @Override
  public String toString() {
    return file.toString();
  }
}
