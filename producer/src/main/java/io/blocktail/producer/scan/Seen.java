package io.blocktail.producer.scan;

import com.dynatrace.hash4j.hashing.Hashing;
import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// What one look at a chunk has shown.
///
/// @param content from its start, `length` bytes
/// @param blocks a hash of each block
record Seen(int chunk, byte[] content, int length, Digest digest, long[] blocks) {
  /// Reads a chunk once; what is known to be a hole is not read.
  ///
  /// @param content takes it
  static Seen look(BlockDevice device, Geometry geometry, int chunk, byte[] content)
      throws IOException {
    int length = geometry.chunkLength(chunk);
    long start = geometry.chunkOffset(chunk);
    for (int at = 0; at < length; ) {
      int hole = (int) device.holeAt(start + at, length - at);
      if (hole > 0) {
        Arrays.fill(content, at, at + hole, (byte) 0);
        at += hole;
      } else {
        int data = (int) device.dataAt(start + at, length - at);
        device.read(ByteBuffer.wrap(content, at, data), start + at);
        at += data;
      }
    }
    return of(chunk, content, length);
  }

  static Seen of(int chunk, byte[] content, int length) {
    var blocks = new long[length / Geometry.BLOCK];
    for (int i = 0; i < blocks.length; i++) {
      blocks[i] = Hashing.xxh3_64().hashBytesToLong(content, i * Geometry.BLOCK, Geometry.BLOCK);
    }
    return new Seen(chunk, content, length, ChunkHasher.hash(chunk, content, length), blocks);
  }
}
