package io.blocktail.digest;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.Geometry;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ChunkHasherTest {
  private final Geometry geometry = new Geometry((2 << 20) + 4096, 1 << 20);

  private Digest hash(int chunk, byte fill, int flipped) throws Exception {
    return new ChunkHasher(geometry)
        .hash(
            chunk,
            (into, offset) -> {
              assertThat(offset).isEqualTo(geometry.chunkOffset(chunk));
              while (into.hasRemaining()) {
                into.put(into.position() == flipped ? (byte) (fill ^ 1) : fill);
              }
            });
  }

  /// `head -c 1M /dev/zero | xxhsum -H2` says the same for chunk 0, whose seed is 0.
  @Test
  void theDigestIsXxh3Of128Bits() throws Exception {
    assertThat(hash(0, (byte) 0, -1)).hasToString("b6ef17a3448492b6918780b90550bf34");
  }

  @Test
  void sameContentInAnotherPlaceHasAnotherDigest() throws Exception {
    assertThat(hash(0, (byte) 7, -1)).isNotEqualTo(hash(1, (byte) 7, -1));
  }

  @Test
  void oneFlippedBitAnywhereChangesTheDigest() throws Exception {
    Digest whole = hash(1, (byte) 7, -1);
    for (int at = 0; at < 1 << 20; at += 31_337) {
      assertThat(hash(1, (byte) 7, at)).isNotEqualTo(whole);
    }
  }

  @Test
  void aShorterLastChunkIsHashedToItsEnd() throws Exception {
    assertThat(hash(2, (byte) 7, 4095)).isNotEqualTo(hash(2, (byte) 7, -1));
  }

  @Test
  void aDigestIsWrittenAndReadBigEndian() {
    var digest = new Digest(0x0102030405060708L, -2);
    assertThat(Digest.read(ByteBuffer.wrap(digest.toBytes()))).isEqualTo(digest);
    assertThat(digest).hasToString("0102030405060708fffffffffffffffe");
  }
}
