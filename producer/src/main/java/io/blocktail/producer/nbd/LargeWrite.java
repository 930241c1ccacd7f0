package io.blocktail.producer.nbd;

import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Takes a request whose payload does not fit the buffers, piece by piece. Only the connection's
/// thread uses it.
final class LargeWrite {
  private final DeviceUse device;
  private final Wire wire;
  private final Inbox inbox;
  private final ByteBuffer incoming;
  private final ByteBuffer outgoing;
  private final ReplyFormat format;
  private final Request piece = new Request();
  private final List<Request> alone = List.of(piece);

  LargeWrite(DeviceUse device, Wire wire, Inbox inbox, ByteBuffer outgoing, ReplyFormat format) {
    this.device = device;
    this.wire = wire;
    this.inbox = inbox;
    this.incoming = inbox.buffer().duplicate();
    this.outgoing = outgoing;
    this.format = format;
  }

  /// Takes the payload of a write and answers it. After the first failure, or when the request is
  /// refused anyway, the rest is only taken. The last piece is durable where the whole is to be:
  /// what is durable then includes the pieces before it.
  ///
  /// @param verdict why the request is refused, or GOOD
  void run(RequestHeader header, Outcome verdict) throws IOException {
    Outcome outcome = verdict;
    long at = header.offset();
    long left = header.payload();
    while (left > 0 && outcome.isGood()) {
      int bytes = pieceAt(at, left);
      inbox.await(bytes);
      incoming.limit(inbox.start() + bytes).position(inbox.start());
      boolean durable = header.has(Protocol.FLAG_FUA) && left == bytes;
      device.execute(one(piece.write(at, incoming, durable)));
      outcome = Outcome.of(piece.failure());
      inbox.take(bytes);
      at += bytes;
      left -= bytes;
    }
    inbox.skip(left);
    outgoing.clear();
    int end =
        outcome.isGood()
            ? format.success(outgoing, 0, header.cookie(), header.offset())
            : format.error(outgoing, 0, outcome, header.cookie(), header.offset());
    wire.write(outgoing.limit(end).position(0));
  }

  private List<Request> one(Request request) {
    assert request == piece;
    return alone;
  }

  /// Pieces are cut where the device's offset is a multiple of the largest change, so that no block
  /// is in two of them because of a cut.
  static int pieceAt(long offset, long left) {
    return (int) Math.min(left, Geometry.MAX_CHANGE - offset % Geometry.MAX_CHANGE);
  }
}
