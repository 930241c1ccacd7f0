package io.blocktail.producer.journal;

import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The first bytes of a segment's file, big-endian:
///
/// ```
///  0 magic "BTJSEG\r\n"    8
///  8 format version       4
/// 12 CRC-32C of the rest  4
/// 16 volume UUID         16
/// 32 segment number       8
/// 40 first sequence       8
/// 48 incarnation          4
/// 52 bytes of the file    4
/// 56 zeros                8
/// ```
///
/// @param number counts up from 1 by one; a file that is used again gets the next number
/// @param firstSequence of the first record in it
/// @param incarnation of the journal that began the segment
/// @param size of the file in bytes, header included
record SegmentHeader(UUID volume, long number, long firstSequence, int incarnation, int size) {
  static final int BYTES = 64;

  private static final long MAGIC = 0x42544A5345470D0AL;

  /// 1: the first.
  private static final int VERSION = 1;

  private static final int CHECKED_FROM = 16;

  ByteBuffer encode() {
    var bytes = ByteBuffer.allocate(BYTES);
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    bytes.putLong(number).putLong(firstSequence).putInt(incarnation).putInt(size);
    bytes.putInt(12, checksum(bytes));
    return bytes.position(0);
  }

  /// Null when the bytes are no header.
  ///
  /// @throws DamagedJournal when they are one of another format version
  static @Nullable SegmentHeader decode(ByteBuffer bytes, String file) throws DamagedJournal {
    if (bytes.remaining() < BYTES || bytes.getLong(0) != MAGIC) {
      return null;
    }
    if (bytes.getInt(12) != checksum(bytes)) {
      return null;
    }
    if (bytes.getInt(8) != VERSION) {
      throw new DamagedJournal(
          "%s has format version %d; this release reads version %d"
              .formatted(file, bytes.getInt(8), VERSION));
    }
    return new SegmentHeader(
        new UUID(bytes.getLong(16), bytes.getLong(24)),
        bytes.getLong(32),
        bytes.getLong(40),
        bytes.getInt(48),
        bytes.getInt(52));
  }

  /// The version is checked too, or a flipped bit in it would look like another release's file.
  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(8, 4));
    crc.update(bytes.slice(CHECKED_FROM, BYTES - CHECKED_FROM));
    return (int) crc.getValue();
  }
}
