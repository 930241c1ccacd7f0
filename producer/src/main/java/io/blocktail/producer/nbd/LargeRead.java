package io.blocktail.producer.nbd;

import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Answers a read whose data does not fit the buffers, piece by piece. Only the connection's thread
/// uses it.
final class LargeRead {
  /// Of the largest piece; read by all connections.
  private static final ByteBuffer ZEROS = ByteBuffer.allocate(Geometry.MAX_CHANGE);

  private final DeviceUse device;
  private final Wire wire;
  private final ByteBuffer outgoing;
  private final Framing framing;
  private final ReplyFormat format;
  private final Request piece = new Request();
  private final List<Request> alone = List.of(piece);

  LargeRead(DeviceUse device, Wire wire, ByteBuffer outgoing, Framing framing, ReplyFormat format) {
    this.device = device;
    this.wire = wire;
    this.outgoing = outgoing;
    this.framing = framing;
    this.format = format;
  }

  void run(RequestHeader header) throws IOException {
    if (!framing.chunks()) {
      simple(header);
    } else if (header.has(Protocol.FLAG_DF)) {
      oneChunk(header);
    } else {
      manyChunks(header);
    }
  }

  /// A simple reply says before its data whether all went well, so that a failure behind the first
  /// piece can only be told by breaking the connection, as the protocol demands.
  private void simple(RequestHeader header) throws IOException {
    long left = header.length();
    int head = format.dataHead();
    for (long at = header.offset(); left > 0; ) {
      int bytes = LargeWrite.pieceAt(at, left);
      Outcome outcome = read(at, head, bytes);
      if (outcome.isGood()) {
        if (head > 0) {
          int _ = format.success(outgoing, 0, header.cookie(), header.offset());
        }
        send(head + bytes);
      } else if (head > 0) {
        send(format.error(outgoing, 0, outcome, header.cookie(), header.offset()));
        return;
      } else {
        throw new IOException("a read failed at %d, after its reply had begun".formatted(at));
      }
      at += bytes;
      left -= bytes;
      head = 0;
    }
  }

  /// A chunk for each piece that is data, and for each hole. A failure ends the reply.
  private void manyChunks(RequestHeader header) throws IOException {
    long left = header.length();
    for (long at = header.offset(); left > 0; ) {
      int bytes = (int) device.holeAt(at, left);
      if (bytes >= Math.min(Runs.GRANULE, left)) {
        boolean last = bytes == left;
        outgoing.clear();
        send(format.hole(outgoing, 0, last, header.cookie(), header.offset(), at, bytes));
      } else {
        bytes = LargeWrite.pieceAt(at, left);
        int head = format.dataHead();
        Outcome outcome = read(at, head, bytes);
        if (!outcome.isGood()) {
          fail(header, outcome, at);
          return;
        }
        boolean last = bytes == left;
        int _ = format.data(outgoing, 0, last, header.cookie(), header.offset(), at, bytes);
        send(head + bytes);
      }
      at += bytes;
      left -= bytes;
    }
  }

  /// One chunk with all data, as the client demands. What cannot be read is sent as zeros, and the
  /// error after them.
  private void oneChunk(RequestHeader header) throws IOException {
    Outcome outcome = Outcome.GOOD;
    long failedAt = 0;
    long left = header.length();
    int head = format.dataHead();
    for (long at = header.offset(); left > 0; ) {
      int bytes = LargeWrite.pieceAt(at, left);
      if (outcome.isGood()) {
        outcome = read(at, head, bytes);
        failedAt = at;
      }
      if (!outcome.isGood()) {
        outgoing.clear();
        outgoing.put(head, ZEROS, 0, bytes);
      }
      if (head > 0) {
        int length = (int) header.length();
        int _ = format.data(outgoing, 0, false, header.cookie(), header.offset(), at, length);
      }
      send(head + bytes);
      at += bytes;
      left -= bytes;
      head = 0;
    }
    if (outcome.isGood()) {
      outgoing.clear();
      send(format.none(outgoing, 0, header.cookie(), header.offset()));
    } else {
      fail(header, outcome, failedAt);
    }
  }

  private void fail(RequestHeader header, Outcome outcome, long where) throws IOException {
    outgoing.clear();
    send(format.errorAt(outgoing, 0, outcome, true, header.cookie(), header.offset(), where));
  }

  private Outcome read(long at, int head, int bytes) {
    outgoing.clear().limit(head + bytes).position(head);
    var _ = piece.read(at, outgoing);
    device.execute(alone);
    outgoing.clear();
    return Outcome.of(piece.failure());
  }

  private void send(int bytes) throws IOException {
    wire.write(outgoing.limit(bytes).position(0));
  }
}
