package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A part of a request that becomes one change: whole blocks inside one chunk, or a part of one
/// block, which is widened to all of it.
///
/// @param offset of the client's bytes
/// @param length of the client's bytes
/// @param data the client's bytes; null when they are zeros
record Piece(Request request, long offset, long length, @Nullable ByteBuffer data) {

  boolean isPartOfBlock() {
    return !Geometry.aligned(offset, length);
  }

  /// Of the change, which begins with a whole block.
  long start() {
    return offset & -Geometry.BLOCK;
  }

  /// Behind the change.
  long end() {
    return offset + length + Geometry.BLOCK - 1 & -Geometry.BLOCK;
  }

  /// Bytes that the change carries.
  int dataBytes() {
    return data != null || isPartOfBlock() ? (int) (end() - start()) : 0;
  }

  /// The change. Called under the chunk's lock, since the rest of a block is read.
  Body.Content body(BlockDevice device) throws IOException {
    if (isPartOfBlock()) {
      return new Body.Write(start(), widened(device));
    }
    if (data != null) {
      return new Body.Write(offset, data);
    }
    return request.operation() == Request.Operation.TRIM
        ? new Body.Trim(offset, length)
        : new Body.Zero(offset, length);
  }

  private ByteBuffer widened(BlockDevice device) throws IOException {
    var block = ByteBuffer.allocate(Geometry.BLOCK);
    device.read(block, start());
    int at = (int) (offset - start());
    if (data != null) {
      block.put(at, data, data.position(), (int) length);
    } else {
      block.put(at, new byte[(int) length]);
    }
    return block.clear();
  }
}
