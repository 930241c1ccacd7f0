package io.blocktail.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.util.BitSet;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class BitFileTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final int BITS = 2 * BitFile.PER_SECTOR + 100;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final BitSet content = new BitSet();

  @BeforeEach
  void create() throws IOException {
    content.set(0);
    content.set(BitFile.PER_SECTOR - 1, BitFile.PER_SECTOR + 3);
    content.set(BITS - 1);
    BitFile.create(disk, "bits", VOLUME, BITS, content);
  }

  private BitSet load() throws IOException {
    try (BitFile file = BitFile.open(disk, "bits", VOLUME, BITS)) {
      return file.load();
    }
  }

  @Test
  void whatWasWrittenIsRead() throws IOException {
    assertThat(load()).isEqualTo(content);
    try (BitFile file = BitFile.open(disk, "bits", VOLUME, BITS)) {
      content.clear(BitFile.PER_SECTOR);
      content.set(BitFile.PER_SECTOR + 77);
      var sectors = new BitSet();
      sectors.set(BitFile.sectorOf(BitFile.PER_SECTOR));
      file.write(content, sectors);
    }
    assertThat(load()).isEqualTo(content);
  }

  /// Every bit of the file, for each sector of bits: nothing that was set is lost.
  @Test
  void allBitsOfADamagedSectorCountAsSet() throws IOException {
    for (int sector = 0; sector < 3; sector++) {
      for (int at = 0; at < BitFile.SECTOR; at += 7) {
        int position = (1 + sector) * BitFile.SECTOR + at;
        disk.flip("bits", position, 1 << at % 8);
        var expected = (BitSet) content.clone();
        int first = sector * BitFile.PER_SECTOR;
        expected.set(first, Math.min(BITS, first + BitFile.PER_SECTOR));
        assertThat(load()).as("flip at %d", position).isEqualTo(expected);
        disk.flip("bits", position, 1 << at % 8);
      }
    }
  }

  @Test
  void aSectorThatStandsInAnothersPlaceIsDamaged() throws IOException {
    byte[] bytes = disk.contentOf("bits");
    System.arraycopy(bytes, BitFile.SECTOR, bytes, 2 * BitFile.SECTOR, BitFile.SECTOR);
    disk.setContent("bits", bytes);
    assertThat(load().cardinality()).isGreaterThan(BitFile.PER_SECTOR);
  }

  @Test
  void anotherVolumesFileAndADamagedHeaderAreRefused() throws IOException {
    assertThatThrownBy(() -> BitFile.open(disk, "bits", new UUID(1, 3), BITS))
        .hasMessage("the file 'bits' is of another volume");
    disk.flip("bits", 20, 1);
    assertThatThrownBy(this::load).hasMessageContaining("its header cannot be read");
    disk.delete("bits");
    assertThatThrownBy(this::load).hasMessage("the file 'bits' is missing");
  }
}
