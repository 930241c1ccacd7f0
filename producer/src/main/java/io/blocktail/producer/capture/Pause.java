package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Whether a volume's events are kept from its stream because a person wants it so. A restart does
/// not end that: who paused for a maintenance does not expect a crash to go on. Safe for many
/// threads.
///
/// The file is there as long as the pause lasts. Big-endian:
///
/// ```
///  0 magic "BTPAUSED"                8
///  8 format version                  4
/// 12 CRC-32C of the rest             4
/// 16 since when, in µs since 1970    8
/// ```
public final class Pause {
  static final String NAME = "paused";

  private static final long MAGIC = 0x4254504155534544L;
  private static final int VERSION = 1;
  private static final int BYTES = 24;

  private final Disk disk;

  /// Written with this locked, once the file says the same.
  private volatile @Nullable Instant since;

  private Pause(Disk disk, @Nullable Instant since) {
    this.disk = disk;
    this.since = since;
  }

  static Pause open(Disk disk) throws IOException {
    Optional<ByteBuffer> bytes = disk.read(NAME, BYTES);
    return new Pause(disk, bytes.isPresent() ? decode(bytes.get()) : null);
  }

  private static Instant decode(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() != BYTES || bytes.getLong(0) != MAGIC) {
      throw damaged("it does not say that publishing is paused");
    }
    if (bytes.getInt(12) != checksum(bytes)) {
      throw damaged("its checksum is wrong");
    }
    if (bytes.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' has format version %d; this release reads version %d"
              .formatted(NAME, bytes.getInt(8), VERSION));
    }
    return Instant.EPOCH.plus(bytes.getLong(16), ChronoUnit.MICROS);
  }

  private static IOException damaged(String how) {
    return new IOException(
        "the file '%s' is damaged: %s. Delete it to go on publishing".formatted(NAME, how));
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, 12));
    crc.update(bytes.slice(16, BYTES - 16));
    return (int) crc.getValue();
  }

  public boolean isOn() {
    return since != null;
  }

  /// Since when it lasts; null when there is none.
  public @Nullable Instant since() {
    return since;
  }

  /// Durable when this returns. Of one that lasts already nothing changes.
  synchronized void begin(Instant now) throws IOException {
    if (since != null) {
      return;
    }
    Instant exact = now.truncatedTo(ChronoUnit.MICROS);
    var bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, exact));
    bytes.putInt(12, checksum(bytes.flip()));
    disk.replace(NAME, bytes);
    since = exact;
  }

  /// A power loss may bring it back.
  synchronized void end() throws IOException {
    disk.delete(NAME);
    since = null;
  }
}
