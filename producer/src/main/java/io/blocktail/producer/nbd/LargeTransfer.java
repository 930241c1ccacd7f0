package io.blocktail.producer.nbd;

import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Carries out a request whose data does not fit the buffers, piece by piece. Pieces are cut where
/// the device's offset is a multiple of the largest change, so that no block is in two of them
/// because of a cut. Only the connection's thread uses it.
final class LargeTransfer {
  private final DeviceUse device;
  private final Wire wire;
  private final Inbox inbox;
  private final ByteBuffer incoming;
  private final ByteBuffer outgoing;
  private final Request piece = new Request();
  private final List<Request> alone = List.of(piece);

  LargeTransfer(DeviceUse device, Wire wire, Inbox inbox, ByteBuffer outgoing) {
    this.device = device;
    this.wire = wire;
    this.inbox = inbox;
    this.incoming = inbox.buffer().duplicate();
    this.outgoing = outgoing;
  }

  /// Takes the payload of a write and answers it. After the first failure, or when the write is
  /// refused anyway, the rest is only taken. The last piece is durable where the whole is to be:
  /// what is durable then includes the pieces before it.
  ///
  /// @param verdict why the write is refused, or NONE
  void write(RequestHeader header, NbdError verdict) throws IOException {
    NbdError outcome = verdict;
    long at = header.offset();
    long left = header.length();
    while (left > 0 && outcome == NbdError.NONE) {
      int bytes = pieceAt(at, left);
      inbox.await(bytes);
      incoming.limit(inbox.start() + bytes).position(inbox.start());
      outcome = execute(piece.write(at, incoming, header.durable() && left == bytes));
      inbox.take(bytes);
      at += bytes;
      left -= bytes;
    }
    inbox.skip(left);
    outgoing.clear();
    Batch.writeReply(outgoing, 0, outcome, header.cookie());
    send(Protocol.REPLY);
  }

  /// Reads and sends. A simple reply says before its data whether all went well, so that a failure
  /// behind the first piece can only be told by breaking the connection, as the protocol demands.
  void read(RequestHeader header) throws IOException {
    long at = header.offset();
    long left = header.length();
    int head = Protocol.REPLY;
    while (left > 0) {
      int bytes = pieceAt(at, left);
      outgoing.clear().limit(head + bytes).position(head);
      NbdError outcome = execute(piece.read(at, outgoing));
      boolean first = head > 0;
      if (outcome != NbdError.NONE && !first) {
        throw new IOException("a read failed at %d, after its reply had begun".formatted(at));
      }
      if (first) {
        Batch.writeReply(outgoing, 0, outcome, header.cookie());
      }
      if (outcome != NbdError.NONE) {
        send(Protocol.REPLY);
        return;
      }
      send(head + bytes);
      at += bytes;
      left -= bytes;
      head = 0;
    }
  }

  private static int pieceAt(long offset, long left) {
    return (int) Math.min(left, Geometry.MAX_CHANGE - offset % Geometry.MAX_CHANGE);
  }

  private NbdError execute(Request request) {
    assert request == piece;
    device.execute(alone);
    return NbdError.of(request.failure());
  }

  private void send(int bytes) throws IOException {
    outgoing.limit(bytes).position(0);
    wire.write(outgoing);
  }
}
