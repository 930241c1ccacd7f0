package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Objects;

/// Answers BLOCK_STATUS: for each context a chunk with the extents of the range, one behind the
/// other. Only the connection's thread uses it.
final class StatusAnswer {
  /// The most extents in a chunk, so that it fits the buffer in either framing, and the most looks
  /// at a device or a history that one question costs. A client asks on where an answer ends.
  static final int MOST = 16 << 10;

  private final Session session;
  private final DeviceUse device;
  private final Wire wire;
  private final ByteBuffer outgoing;
  private final ReplyFormat format;
  private final boolean wide;

  /// The extent that grows, and how many stand before it.
  private long length;

  private int flags;
  private int count;

  StatusAnswer(
      Session session, DeviceUse device, Wire wire, ByteBuffer outgoing, ReplyFormat format) {
    this.session = session;
    this.device = device;
    this.wire = wire;
    this.outgoing = outgoing;
    this.format = format;
    this.wide = session.framing() == Framing.EXTENDED;
  }

  /// @param header of a request that was judged to be good
  void run(RequestHeader header) throws IOException {
    int left = 0;
    for (int id = 1; id <= session.contexts().size(); id++) {
      left += header.asksFor(id) ? 1 : 0;
    }
    for (int id = 1; left > 0; id++) {
      if (header.asksFor(id)) {
        left--;
        try {
          describe(id, header, left == 0);
        } catch (IOException e) {
          device.report("BLOCK_STATUS", header.offset(), header.length(), e);
          outgoing.clear();
          Outcome outcome = Outcome.of(e);
          send(format.error(outgoing, 0, outcome, header.cookie(), header.offset()));
          return;
        }
        wire.write(outgoing);
      }
    }
  }

  /// Lays the chunk of a context out, ready to be sent.
  private void describe(int id, RequestHeader header, boolean last) throws IOException {
    Context context = session.contexts().get(id - 1);
    int head = session.framing().reply();
    outgoing.clear().position(head + (wide ? 8 : 4));
    length = 0;
    count = 0;
    long end = header.offset() + header.length();
    int looks = 0;
    for (long at = header.offset(); at < end && looks < MOST; looks++) {
      at += look(context, at, end - at);
      if (header.has(Protocol.FLAG_REQ_ONE) && count > 0) {
        break;
      }
    }
    if (count == 0 || !header.has(Protocol.FLAG_REQ_ONE)) {
      close();
    }
    int payload = outgoing.position() - head;
    int type = wide ? Protocol.CHUNK_BLOCK_STATUS_EXT : Protocol.CHUNK_BLOCK_STATUS;
    int _ = format.chunk(outgoing, 0, type, last, header.cookie(), header.offset(), payload);
    outgoing.putInt(head, id);
    if (wide) {
      outgoing.putInt(head + 4, count);
    }
    outgoing.flip();
  }

  /// Adds what the context says of the bytes at `at`; the length of that.
  private long look(Context context, long at, long most) throws IOException {
    return switch (context) {
      case Context.Allocation _ -> {
        long bytes = device.allocatedAt(at, most);
        boolean hole = bytes < 0;
        yield grow(Math.abs(bytes), hole ? Protocol.STATE_HOLE | Protocol.STATE_ZERO : 0);
      }
      case Context.ChangedSince(long sequence) -> {
        History history = Objects.requireNonNull(session.export().history());
        History.Span span = history.changedSince(sequence, at, most);
        yield grow(span.length(), span.changed() ? Protocol.STATE_CHANGED : 0);
      }
    };
  }

  private long grow(long bytes, int flags) {
    assert bytes > 0 : bytes;
    if (length > 0 && flags != this.flags) {
      close();
    }
    this.flags = flags;
    length += bytes;
    return bytes;
  }

  /// Writes the extent that has grown.
  private void close() {
    if (wide) {
      outgoing.putLong(length).putLong(flags);
    } else {
      outgoing.putInt((int) length).putInt(flags);
    }
    count++;
    length = 0;
  }

  private void send(int bytes) throws IOException {
    wire.write(outgoing.limit(bytes).position(0));
  }
}
