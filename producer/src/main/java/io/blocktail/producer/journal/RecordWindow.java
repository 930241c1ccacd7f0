package io.blocktail.producer.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// Reads a segment through a buffer that holds a stretch of it. Bytes are read again only when the
/// window moves, so it must not be given an end beyond what will not change any more. For one
/// thread.
final class RecordWindow {
  /// A record whose checksums are right.
  ///
  /// @param body valid until the window's next call
  record Found(RecordHeader header, ByteBuffer body) {}

  /// Two of the largest records: of a row of them none is then read twice, once in part.
  private static final int CAPACITY = 2 * RecordFormat.MAX_RECORD;

  private final RecordFormat format;
  private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

  private @Nullable Segment segment;
  private int start;

  RecordWindow(UUID volume) {
    this.format = new RecordFormat(volume);
  }

  /// Moves to another segment, or forgets what was read of this one.
  void open(Segment segment) {
    this.segment = segment;
    this.start = 0;
    int wanted = Math.min(segment.size(), CAPACITY);
    if (buffer.capacity() < wanted) {
      buffer = ByteBuffer.allocateDirect(wanted);
    }
    buffer.limit(0);
  }

  /// The record at `position`; null when there is none that ends at or before `end`, or its
  /// checksums are wrong.
  @Nullable Found record(int position, int end) throws IOException {
    RecordHeader header = header(position, end);
    if (header == null || header.stride() > end - position) {
      return null;
    }
    int at = load(position, RecordFormat.HEADER + header.length(), end);
    if (at < 0) {
      return null;
    }
    ByteBuffer body = buffer.slice(at + RecordFormat.HEADER, header.length());
    return format.checksum(body, null) == header.checksum() ? new Found(header, body) : null;
  }

  /// The header at `position`, which is right even where the body is damaged; null when there is
  /// none.
  @Nullable RecordHeader header(int position, int end) throws IOException {
    int at = load(position, RecordFormat.HEADER, end);
    return at < 0 ? null : format.read(buffer, at, segment().number(), position);
  }

  /// The first position from `from` on where a record could begin, or `end`.
  int nextMagic(int from, int end) throws IOException {
    for (int position = from; position < end; ) {
      int at = load(position, RecordFormat.HEADER, end);
      if (at < 0) {
        return end;
      }
      for (; at + RecordFormat.HEADER <= buffer.limit() && position < end; at += 8, position += 8) {
        if (buffer.getInt(at) == RecordFormat.MAGIC) {
          return position;
        }
      }
    }
    return end;
  }

  /// Makes the bytes from `position` on present.
  ///
  /// @return their index in the buffer; -1 when the file or `end` comes first
  private int load(int position, int wanted, int end) throws IOException {
    if (position < start || position + wanted > start + buffer.limit()) {
      if (wanted > end - position) {
        return -1;
      }
      buffer.clear().limit(Math.min(buffer.capacity(), end - position));
      start = position;
      segment().file().read(buffer, position);
      buffer.flip();
    }
    return position + wanted <= start + buffer.limit() ? position - start : -1;
  }

  private Segment segment() {
    Segment open = segment;
    if (open == null) {
      throw new AssertionError("no segment was opened");
    }
    return open;
  }
}
