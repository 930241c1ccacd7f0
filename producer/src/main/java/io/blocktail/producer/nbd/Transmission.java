package io.blocktail.producer.nbd;

import java.io.IOException;
import java.net.ProtocolException;

/// A connection after the handshake: takes what has arrived, has the device do it, answers, and
/// waits for more. Runs on the connection's thread, which does everything itself.
final class Transmission {
  /// Why no further request was added to the batch.
  private enum Pause {
    MORE_BYTES_NEEDED,
    BATCH_FULL,
    LARGE_READ,
    LARGE_WRITE,
    DISCONNECT,
    GARBAGE
  }

  private final DeviceUse device;
  private final Wire wire;
  private final RequestHeader header;
  private final Buffers buffers;
  private final Inbox inbox;
  private final Batch batch;
  private final LargeTransfer large;
  private final Farewell farewell;

  /// How many bytes the request at the inbox's start has, as far as is known.
  private int frame = Protocol.REQUEST;

  Transmission(DeviceUse device, Wire wire, Terms terms, Buffers buffers, Farewell farewell) {
    this.device = device;
    this.wire = wire;
    this.header = new RequestHeader(terms.maxRequest());
    this.buffers = buffers;
    this.inbox = new Inbox(wire, buffers.incoming());
    this.batch = new Batch(buffers.incoming(), buffers.outgoing(), terms.maxInFlight());
    this.farewell = farewell;
    this.large = new LargeTransfer(device, wire, inbox, buffers.outgoing());
  }

  /// Serves until the client disconnects or sends no more.
  ///
  /// @throws ProtocolException when what it sends is not the protocol
  void run() throws IOException {
    while (true) {
      Pause pause = gather();
      if (!batch.isEmpty()) {
        batch.execute(device, wire);
      }
      switch (pause) {
        case MORE_BYTES_NEEDED -> {
          if (!awaitMore()) {
            return;
          }
        }
        case BATCH_FULL -> {}
        case LARGE_READ -> {
          inbox.take(Protocol.REQUEST);
          large.read(header);
        }
        case LARGE_WRITE -> {
          inbox.take(Protocol.REQUEST);
          large.write(header, verdict());
        }
        case DISCONNECT -> {
          return;
        }
        case GARBAGE -> throw new ProtocolException("what it sends is no request");
      }
    }
  }

  private boolean awaitMore() throws IOException {
    farewell.waits(inbox.available() > 0);
    boolean more = inbox.receive(frame);
    farewell.works();
    return more;
  }

  private NbdError verdict() {
    return farewell.hasBegun() ? NbdError.ESHUTDOWN : header.verdict(device.size());
  }

  /// Moves requests from the inbox to the batch while they are complete and have room.
  private Pause gather() throws IOException {
    while (true) {
      frame = Protocol.REQUEST;
      if (inbox.available() < frame) {
        return Pause.MORE_BYTES_NEEDED;
      }
      if (!header.read(buffers.incoming(), inbox.start())) {
        return Pause.GARBAGE;
      }
      if (header.command() == Protocol.COMMAND_DISC) {
        return Pause.DISCONNECT;
      }
      if (header.payload() > buffers.incoming().capacity() - Protocol.REQUEST) {
        return Pause.LARGE_WRITE;
      }
      frame += (int) header.payload();
      if (inbox.available() < frame) {
        return Pause.MORE_BYTES_NEEDED;
      }
      NbdError verdict = verdict();
      long data = verdict == NbdError.NONE ? header.replyPayload() : 0;
      if (!batch.hasRoom(data)) {
        return batch.isEmpty() ? Pause.LARGE_READ : Pause.BATCH_FULL;
      }
      if (verdict == NbdError.NONE) {
        batch.add(header, inbox.start() + Protocol.REQUEST);
      } else {
        batch.refuse(header, verdict);
      }
      inbox.take(frame);
    }
  }
}
