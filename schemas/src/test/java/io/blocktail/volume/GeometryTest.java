package io.blocktail.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeometryTest {
  private final Geometry geometry = new Geometry((3 << 20) + 8192, 1 << 20);

  @Test
  void theLastChunkMayBeShorter() {
    assertThat(geometry.chunks()).isEqualTo(4);
    assertThat(geometry.chunkLength(2)).isEqualTo(1 << 20);
    assertThat(geometry.chunkOffset(3)).isEqualTo(3 << 20);
    assertThat(geometry.chunkLength(3)).isEqualTo(8192);
    assertThat(geometry.chunkAt((3 << 20) - 1)).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4096, true",
    "1048576, 1048576, true",
    "3145728, 8192, true",
    "3145728, 12288, false",
    "1044480, 8192, false",
    "512, 4096, false",
    "0, 100, false",
    "0, 0, false",
    "-4096, 4096, false",
    "9223372036854771712, 4096, false",
  })
  void aChangeIsWholeBlocksOfOneChunkInsideTheVolume(long offset, long length, boolean is) {
    assertThat(geometry.isChangeExtent(offset, length)).isEqualTo(is);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -4096, 4095, 1 << 20 | 512})
  void aSizeThatIsNotWholeBlocksIsRefused(long size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Geometry.of(size))
        .withMessageContaining("must be a positive multiple of 4096");
  }

  @Test
  void aVolumeOfMoreChunksThanAnybodyCanKeepCountOfIsRefused() {
    long most = (long) Geometry.MAX_CHUNKS << 20;
    assertThat(Geometry.of(most).chunks()).isEqualTo(Geometry.MAX_CHUNKS);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Geometry.of(most + 4096))
        .withMessageContaining("more than 67108864 chunks of 1048576 bytes");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "A", "a_b", "a.b", "a/b", "ä"})
  void aNameThatTopicsOrDirectoriesCouldNotCarryIsRefused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new VolumeName(name))
        .withMessageContaining("'" + name + "' is not a volume name");
    assertThatIllegalArgumentException().isThrownBy(() -> new TargetName(name));
  }

  @Test
  void namesMayHave63Characters() {
    assertThat(new VolumeName("a".repeat(63)).toString()).hasSize(63);
    assertThatIllegalArgumentException().isThrownBy(() -> new VolumeName("a".repeat(64)));
  }
}
