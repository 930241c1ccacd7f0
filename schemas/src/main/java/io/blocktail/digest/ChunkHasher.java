package io.blocktail.digest;

import com.dynatrace.hash4j.hashing.Hasher128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Hashes chunks by XXH3-128. The chunk's index is the seed, so that two chunks of one content that
/// stand in each other's place do not look right. Not a defence against an adversary: it finds rot,
/// lost and misplaced writes. Owns its buffers; for one thread at a time.
public final class ChunkHasher {
  /// Reads a chunk's bytes into the buffer it is given.
  @FunctionalInterface
  public interface Reader {
    void read(ByteBuffer into, long offset) throws IOException;
  }

  private Geometry geometry;
  private final ByteBuffer content;
  private final byte[] heap;

  public ChunkHasher(Geometry geometry) {
    this.geometry = geometry;
    this.content =
        ByteBuffer.allocateDirect(geometry.chunkSize() + Geometry.BLOCK - 1)
            .alignedSlice(Geometry.BLOCK);
    this.heap = new byte[geometry.chunkSize()];
  }

  /// The volume is larger now, in chunks of the same size.
  public void adopt(Geometry grown) {
    geometry = grown;
  }

  /// Reads the whole chunk with `reader` and hashes it.
  public Digest hash(int chunk, Reader reader) throws IOException {
    int length = geometry.chunkLength(chunk);
    content.clear().limit(length);
    reader.read(content, geometry.chunkOffset(chunk));
    content.get(0, heap, 0, length);
    return hash(chunk, heap, length);
  }

  public static Digest hash(int chunk, byte[] content, int length) {
    Hasher128 hasher = Hashing.xxh3_128(chunk);
    var value = hasher.hashBytesTo128Bits(content, 0, length);
    return new Digest(value.getMostSignificantBits(), value.getLeastSignificantBits());
  }
}
