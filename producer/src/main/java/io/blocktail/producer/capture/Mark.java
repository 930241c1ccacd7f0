package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Something that holds for a volume because a person wants it so, until a person ends it: a
/// restart does not, since who paused a volume for a maintenance does not expect a crash to go on
/// publishing. Safe for many threads.
///
/// The file is there as long as it holds. Big-endian:
///
/// ```
///  0 magic "BTMARKED"                8
///  8 format version                  4
/// 12 CRC-32C of the rest             4
/// 16 since when, in µs since 1970    8
/// ```
public final class Mark {
  private static final long MAGIC = 0x42544d41524b4544L;
  private static final int VERSION = 1;
  private static final int BYTES = 24;

  /// What a mark says, and its file.
  public enum Kind {
    /// What is captured is kept from the stream.
    PAUSED("paused"),
    /// NBD clients may only read.
    READ_ONLY("read-only");

    private final String file;

    Kind(String file) {
      this.file = file;
    }

    String file() {
      return file;
    }
  }

  private final Disk disk;
  private final String file;

  /// Written with this locked, once the file says the same.
  private volatile @Nullable Instant since;

  private Mark(Disk disk, String file, @Nullable Instant since) {
    this.disk = disk;
    this.file = file;
    this.since = since;
  }

  public static Mark open(Disk disk, Kind kind) throws IOException {
    Optional<ByteBuffer> bytes = disk.read(kind.file, BYTES);
    return new Mark(disk, kind.file, bytes.isPresent() ? decode(kind.file, bytes.get()) : null);
  }

  private static Instant decode(String file, ByteBuffer bytes) throws IOException {
    if (bytes.remaining() != BYTES || bytes.getLong(0) != MAGIC) {
      throw damaged(file, "it is no mark");
    }
    if (bytes.getInt(12) != checksum(bytes)) {
      throw damaged(file, "its checksum is wrong");
    }
    if (bytes.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' has format version %d; this release reads version %d"
              .formatted(file, bytes.getInt(8), VERSION));
    }
    return Instant.EPOCH.plus(bytes.getLong(16), ChronoUnit.MICROS);
  }

  private static IOException damaged(String file, String how) {
    return new IOException(
        "the file '%s' is damaged: %s. While it is there the volume is %s; delete it if it is not to be"
            .formatted(file, how, file));
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

  /// Since when it holds; null when it does not.
  public @Nullable Instant since() {
    return since;
  }

  /// Durable when this returns. If it holds already nothing changes.
  public synchronized void begin(Instant now) throws IOException {
    if (since != null) {
      return;
    }
    Instant exact = now.truncatedTo(ChronoUnit.MICROS);
    var bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putLong(ChronoUnit.MICROS.between(Instant.EPOCH, exact));
    bytes.putInt(12, checksum(bytes.flip()));
    disk.replace(file, bytes);
    since = exact;
  }

  /// A power loss may bring it back.
  public synchronized void end() throws IOException {
    disk.delete(file);
    since = null;
  }
}
