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

/// A regular file, sparse, or a block device.
public record ReplicaFile(Path file) implements ReplicaMedium {
  private static final int PIECE = 1 << 20;

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

  @Override
  public String toString() {
    return file.toString();
  }
}
