package io.blocktail.producer.journal;

import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;

/// A note of the highest forced sequence, written after each force and not forced itself. It
/// survives a killed process, so that damage in the very last forced record is told from a torn
/// tail; after a power loss it may be old, which only means to know less. Big-endian:
///
/// ```
///  0 magic "BTFORCED"            8
///  8 volume UUID                16
/// 24 highest forced sequence     8
/// 32 format version              4
/// 36 CRC-32C of the rest         4
/// ```
final class ForcedClaim implements AutoCloseable {
  static final String NAME = "journal-forced";

  private static final long MAGIC = 0x4254464F52434544L;
  private static final int VERSION = 1;
  private static final int BYTES = 40;

  private final DiskFile file;
  private final ByteBuffer bytes = ByteBuffer.allocateDirect(BYTES);

  ForcedClaim(Disk disk, UUID volume) throws IOException {
    this.file = disk.open(NAME);
    bytes.putLong(0, MAGIC);
    bytes.putLong(8, volume.getMostSignificantBits()).putLong(16, volume.getLeastSignificantBits());
    bytes.putInt(32, VERSION);
  }

  void write(long forced) throws IOException {
    bytes.putLong(24, forced);
    bytes.putInt(36, checksum(bytes));
    file.write(bytes.clear(), 0);
  }

  /// What the note says; 0 when there is none that can be believed.
  static long read(Disk disk, UUID volume) throws IOException {
    ByteBuffer bytes = disk.read(NAME, BYTES).orElse(ByteBuffer.allocate(0));
    boolean whole =
        bytes.remaining() == BYTES
            && bytes.getLong(0) == MAGIC
            && bytes.getInt(32) == VERSION
            && bytes.getInt(36) == checksum(bytes)
            && volume.equals(new UUID(bytes.getLong(8), bytes.getLong(16)));
    return whole ? bytes.getLong(24) : 0;
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, BYTES - Integer.BYTES));
    return (int) crc.getValue();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
