package io.blocktail.producer.journal;

import io.blocktail.event.EventCodec;
import io.blocktail.volume.Geometry;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// A record stands behind the one before it, at a multiple of eight bytes, whole in one segment;
/// big-endian:
///
/// ```
///  0 magic "BTJR"                                4
///  4 CRC-32C of 8..40 and of the record's place  4
///  8 sequence                                    8
/// 16 forced                                      8
/// 24 incarnation                                 4
/// 28 length of the body                          4
/// 32 CRC-32C of the body                         4
/// 36 zeros                                       4
/// 40 the body: the event's head, then its data
///    zeros up to a multiple of 8
/// ```
///
/// The header's checksum also covers where the record belongs: volume, segment number and position.
/// So what an earlier use of the file has left is never taken for a record of this one, nor is a
/// client's data that happens to hold a piece of a journal. The body's own checksum stands in the
/// header, so that a record's claims can be believed even if its body cannot.
///
/// For one thread.
final class RecordFormat {
  static final int HEADER = 40;

  /// The longest body.
  static final int MAX_BODY = EventCodec.MAX_HEAD + Geometry.MAX_CHANGE;

  static final int MAX_RECORD = stride(MAX_BODY);
  static final int MAGIC = 0x42544A52;
  static final int ALIGNMENT = 8;

  private static final int PLACE = 32;

  private final CRC32C crc = new CRC32C();
  private final ByteBuffer place = ByteBuffer.allocate(PLACE);

  RecordFormat(UUID volume) {
    place.putLong(0, volume.getMostSignificantBits()).putLong(8, volume.getLeastSignificantBits());
  }

  static int stride(int length) {
    return HEADER + length + ALIGNMENT - 1 & -ALIGNMENT;
  }

  /// Writes the header into the buffer's bytes from `at` on.
  void write(RecordHeader header, ByteBuffer into, int at, long segment, int position) {
    into.putInt(at, MAGIC);
    into.putLong(at + 8, header.sequence());
    into.putLong(at + 16, header.forced());
    into.putInt(at + 24, header.incarnation());
    into.putInt(at + 28, header.length());
    into.putInt(at + 32, header.checksum());
    into.putInt(at + 36, 0);
    into.putInt(at + 4, checksum(into, at, segment, position));
  }

  /// The header that stands at `at`; null when what is there is none.
  @Nullable RecordHeader read(ByteBuffer from, int at, long segment, int position) {
    if (from.getInt(at) != MAGIC || from.getInt(at + 4) != checksum(from, at, segment, position)) {
      return null;
    }
    var header =
        new RecordHeader(
            from.getLong(at + 8),
            from.getLong(at + 16),
            from.getInt(at + 24),
            from.getInt(at + 28),
            from.getInt(at + 32));
    return header.length() < 1 || header.length() > MAX_BODY ? null : header;
  }

  private int checksum(ByteBuffer header, int at, long segment, int position) {
    place.putLong(16, segment).putLong(24, position);
    crc.reset();
    crc.update(header.slice(at + 8, HEADER - 8));
    crc.update(place.clear());
    return (int) crc.getValue();
  }

  /// CRC-32C of a body in two parts, neither of which is moved.
  int checksum(ByteBuffer head, @Nullable ByteBuffer data) {
    crc.reset();
    crc.update(head.duplicate());
    if (data != null) {
      crc.update(data.duplicate());
    }
    return (int) crc.getValue();
  }
}
