package io.blocktail.producer.journal;

import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Encodes records and writes many of them at once: the heads stand in one buffer, data is written
/// from where it is. Guarded by the journal's lock.
final class RecordWriter {
  private static final int HEADS = 256 << 10;
  private static final int BUFFERS = 1024;
  private static final ByteBuffer NONE = ByteBuffer.allocate(0);

  /// What one more record may need of the heads' buffer.
  private static final int HEAD_ROOM =
      RecordFormat.HEADER + EventCodec.MAX_HEAD + RecordFormat.ALIGNMENT;

  private final RecordFormat format;
  private final ByteBuffer heads = ByteBuffer.allocateDirect(HEADS);
  private final ByteBuffer[] buffers = new ByteBuffer[BUFFERS];
  private int count;

  /// Where in the heads' buffer begins what is not yet in `buffers`.
  private int pending;

  /// Of the record that was encoded last.
  private int start;

  private int length;
  private int checksum;
  private @Nullable ByteBuffer data;

  RecordWriter(UUID volume) {
    this.format = new RecordFormat(volume);
  }

  /// Whether another record can be encoded before [#write].
  boolean hasRoom() {
    return heads.remaining() >= HEAD_ROOM && count + 3 <= BUFFERS;
  }

  /// Encodes a record, whose place is still open.
  ///
  /// @return the bytes that it takes
  int encode(Event event) {
    start = heads.position();
    heads.position(start + RecordFormat.HEADER);
    EventCodec.encodeHead(event, heads);
    int headEnd = heads.position();
    data = EventCodec.dataOf(event);
    length = headEnd - start - RecordFormat.HEADER + (data == null ? 0 : data.remaining());
    checksum =
        format.checksum(
            heads.slice(start + RecordFormat.HEADER, headEnd - start - RecordFormat.HEADER), data);
    return RecordFormat.stride(length);
  }

  /// Adds the encoded record, at its place.
  void add(long sequence, long forced, int incarnation, long segment, int position) {
    format.write(
        new RecordHeader(sequence, forced, incarnation, length, checksum),
        heads,
        start,
        segment,
        position);
    ByteBuffer data = this.data;
    if (data != null && data.hasRemaining()) {
      take(heads.position());
      buffers[count++] = data.duplicate();
    }
    for (int i = RecordFormat.HEADER + length; i < RecordFormat.stride(length); i++) {
      heads.put((byte) 0);
    }
    start = heads.position();
  }

  /// Writes all records that were added, and keeps one that was only encoded.
  void write(Segment segment, int position) throws IOException {
    take(start);
    if (count > 0) {
      segment.write(buffers, count, position);
    }
    Arrays.fill(buffers, 0, count, NONE);
    count = 0;
  }

  /// Forgets everything, for the next append.
  void clear() {
    heads.clear();
    pending = 0;
    start = 0;
  }

  private void take(int end) {
    if (end > pending) {
      buffers[count++] = heads.slice(pending, end - pending);
      pending = end;
    }
  }
}
