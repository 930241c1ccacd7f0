package io.blocktail.producer.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.digest.Digest;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

/// What is on disk is believed only where it can be.
class ScanFilesTest {
  private static final UUID VOLUME = new UUID(1, 2);
  private static final Geometry GEOMETRY = Geometry.of((2 << 20) + 4096);

  private final SimulatedDisk disk = new SimulatedDisk();

  private static BlockHashes.Page page(int blocks) {
    var hashes = new long[blocks];
    hashes[0] = 77;
    return new BlockHashes.Page(5, new Digest(6, 7), hashes);
  }

  private BlockHashes hashes() throws IOException {
    return BlockHashes.open(disk, VOLUME, GEOMETRY);
  }

  @Test
  void aPageIsReadAgainAsItWas() throws IOException {
    try (BlockHashes hashes = hashes()) {
      hashes.remember(1, page(256), 9);
      hashes.remember(2, page(1), 10);
      hashes.settle(10);
    }
    try (BlockHashes hashes = hashes()) {
      assertThat(hashes.read(0)).isNull();
      assertThat(hashes.read(1)).usingRecursiveComparison().isEqualTo(page(256));
      assertThat(hashes.read(2)).usingRecursiveComparison().isEqualTo(page(1));
    }
  }

  @Test
  void aPageIsNotWrittenBeforeItsMarkerIsForced() throws IOException {
    try (BlockHashes hashes = hashes()) {
      hashes.remember(1, page(256), 9);
      hashes.settle(8);
      assertThat(hashes.read(1)).isNotNull();
    }
    try (BlockHashes hashes = hashes()) {
      assertThat(hashes.read(1)).isNull();
    }
  }

  @Test
  void aDamagedPageIsNone() throws IOException {
    try (BlockHashes hashes = hashes()) {
      hashes.remember(0, page(256), 1);
      hashes.settle(1);
    }
    disk.flip(BlockHashes.NAME, 4096 + 1000, 4);
    try (BlockHashes hashes = hashes()) {
      assertThat(hashes.read(0)).isNull();
    }
  }

  @Test
  void theHashesOfAnotherVolumeAreForgotten() throws IOException {
    try (BlockHashes hashes = hashes()) {
      hashes.remember(0, page(256), 1);
      hashes.settle(1);
    }
    try (BlockHashes other = BlockHashes.open(disk, new UUID(3, 4), GEOMETRY)) {
      assertThat(other.read(0)).isNull();
    }
  }

  @Test
  void theFormatsOfALaterReleaseAreRefused() throws IOException {
    hashes().close();
    setVersion(BlockHashes.NAME, 44);
    assertThatThrownBy(this::hashes)
        .hasMessageContaining("the file 'blocks'")
        .hasMessageContaining("format version 2; this release reads version 1");
    ScanLog _ = ScanLog.open(disk);
    setVersion(ScanLog.NAME, disk.contentOf(ScanLog.NAME).length);
    assertThatThrownBy(() -> ScanLog.open(disk))
        .hasMessageContaining("the file 'scans'")
        .hasMessageContaining("format version 2; this release reads version 1");
  }

  private void setVersion(String file, int covered) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(disk.contentOf(file));
    bytes.putInt(8, 2);
    var crc = new CRC32C();
    crc.update(bytes.slice(0, 12));
    crc.update(bytes.slice(16, covered - 16));
    bytes.putInt(12, (int) crc.getValue());
    disk.setContent(file, bytes.array());
  }

  private static Scan scan(long id) {
    return Scan.begun(id, Trigger.DEMAND, true, Instant.EPOCH, 3);
  }

  @Test
  void aScanThatWasCutOffIsOneThatFailedAndItsChunksStayOpen() throws IOException {
    ScanLog log = ScanLog.open(disk);
    log.begin(scan(1));
    log.opening(ChunkSet.of(2));
    ScanLog after = ScanLog.open(disk);
    assertThat(after.open()).isEqualTo(ChunkSet.of(2));
    assertThat(after.find(1).orElseThrow().state()).isEqualTo(Scan.State.FAILED);
    after.begin(scan(2));
    after.finish(scan(2).finished(9, false, Instant.EPOCH), "file");
    assertThat(ScanLog.open(disk).open()).isEqualTo(ChunkSet.EMPTY);
    assertThat(ScanLog.open(disk).source()).isEqualTo("file");
  }

  @Test
  void aDamagedLogIsForgotten() throws IOException {
    ScanLog log = ScanLog.open(disk);
    log.begin(scan(1));
    log.finish(scan(1).finished(9, false, Instant.EPOCH), "file");
    disk.flip(ScanLog.NAME, 40, 1);
    ScanLog after = ScanLog.open(disk);
    assertThat(after.lastWhole()).isNull();
    assertThat(after.source()).isEmpty();
  }

  @Test
  void whatIsTriedAgainInVainPushesNothingOutOfTheLog() throws IOException {
    ScanLog log = ScanLog.open(disk);
    log.begin(scan(1));
    log.finish(scan(1).finished(9, false, Instant.EPOCH), "file");
    for (int i = 2; i < 300; i++) {
      Scan retry = Scan.begun(i, Trigger.RETRY, false, Instant.EPOCH, 0);
      log.begin(retry);
      log.fail(retry.failed(Instant.EPOCH, "x".repeat(5000)));
    }
    assertThat(log.scans()).hasSize(2);
    for (int i = 300; i < 500; i++) {
      Scan pull = Scan.begun(i, Trigger.SCHEDULE, false, Instant.EPOCH, 0);
      log.begin(pull);
      log.finish(pull.finished(10, false, Instant.EPOCH), "file");
    }
    assertThat(ScanLog.open(disk).scans()).hasSize(100);
    assertThat(log.lastWhole()).isNotNull();
  }
}
