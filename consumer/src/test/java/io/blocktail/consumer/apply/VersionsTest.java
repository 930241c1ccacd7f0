package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class VersionsTest {
  private static final Identity IDENTITY =
      new Identity(new UUID(3, 4), Geometry.of(4 << 20), new UUID(5, 6));
  private static final int BLOCKS = 1024;

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void pagesChangeWhileACheckpointWritesThem() throws IOException {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var random = new Random(seed);
    var model = new long[BLOCKS];
    var durable = new long[BLOCKS];
    var versions = new Versions(VersionPages.create(disk, IDENTITY));
    Versions.Frozen frozen = null;
    for (int i = 1; i < 2000; i++) {
      int first = random.nextInt(BLOCKS);
      int end = first + 1 + random.nextInt(Math.min(128, BLOCKS - first));
      versions.set(first, end, i);
      java.util.Arrays.fill(model, first, end, i);
      if (random.nextInt(10) == 0) {
        if (frozen == null) {
          frozen = versions.freeze();
          durable = model.clone();
        } else {
          frozen.write();
          frozen.force();
          versions.thaw();
          frozen = null;
          assertHolds(new Versions(VersionPages.open(disk, IDENTITY)), durable, seed);
        }
      }
      assertThat(versions.get(first)).as("seed %d", seed).isEqualTo(i);
    }
    assertHolds(versions, model, seed);
  }

  private static void assertHolds(Versions versions, long[] model, long seed) throws IOException {
    for (int block = 0; block < BLOCKS; block++) {
      assertThat(versions.get(block)).as("seed %d, block %d", seed, block).isEqualTo(model[block]);
    }
  }

  @Test
  void runEndsWhereTheRuleChanges() throws IOException {
    var versions = new Versions(VersionPages.create(disk, IDENTITY));
    versions.set(100, 200, 9);
    assertThat(versions.runEnd(0, 300, 9)).isEqualTo(100);
    assertThat(versions.runEnd(100, 300, 9)).isEqualTo(200);
    assertThat(versions.runEnd(200, 300, 9)).isEqualTo(300);
    assertThat(versions.runEnd(0, 300, 10)).isEqualTo(300);
  }

  @Test
  void damagedPageIsFound() throws IOException {
    var versions = new Versions(VersionPages.create(disk, IDENTITY));
    versions.set(63, 64, 9);
    versions.freeze().write();
    disk.flip(VersionPages.NAME, VersionPages.HEADER + VersionPages.PAGE + 7, 1);
    var reopened = new Versions(VersionPages.open(disk, IDENTITY));
    assertThat(reopened.get(0)).isZero();
    assertThatThrownBy(() -> reopened.get(63))
        .isInstanceOf(DamagedStateException.class)
        .hasMessage(
            "the file versions is damaged at byte 4608: the checksum of its page 1 is wrong");
  }

  @Test
  void damagedHeaderIsFound() throws IOException {
    VersionPages.create(disk, IDENTITY);
    disk.flip(VersionPages.NAME, 20, 1);
    assertThatThrownBy(() -> VersionPages.open(disk, IDENTITY))
        .hasMessageContaining("is damaged: its header is not one");
  }

  @Test
  void unknownFormatIsRefusedByItsNumber() throws IOException {
    VersionPages.create(disk, IDENTITY);
    disk.flip(VersionPages.NAME, 11, 3);
    assertThatThrownBy(() -> VersionPages.open(disk, IDENTITY))
        .hasMessageContaining("has format version 2, this release knows 1");
  }

  @Test
  void shortFileIsFound() throws IOException {
    VersionPages.create(disk, IDENTITY);
    byte[] content = disk.contentOf(VersionPages.NAME);
    disk.setContent(VersionPages.NAME, java.util.Arrays.copyOf(content, content.length - 1));
    assertThatThrownBy(() -> VersionPages.open(disk, IDENTITY))
        .hasMessageContaining("is damaged: it has 12799 bytes of 12800");
  }

  @Test
  void fileOfAnotherVolumeIsFound() throws IOException {
    VersionPages.create(
        disk, new Identity(new UUID(9, 9), IDENTITY.geometry(), IDENTITY.replica()));
    assertThatThrownBy(() -> VersionPages.open(disk, IDENTITY))
        .hasMessageContaining("is of another volume than the checkpoint");
  }
}
