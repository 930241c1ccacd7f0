package io.blocktail.producer.nbd;

import java.io.IOException;
import java.net.ProtocolException;
import org.jspecify.annotations.Nullable;

/// A connection after the handshake: takes what has arrived, has the device do it, answers, and
/// waits for more. Runs on the connection's thread, which does everything itself.
final class Transmission {
  /// Why no further request was added to the batch.
  private enum Pause {
    MORE_BYTES_NEEDED,
    BATCH_FULL,
    LARGE_READ,
    LARGE_PAYLOAD,
    STATUS,
    DISCONNECT,
    GARBAGE,
    EXCESS
  }

  private final DeviceUse device;
  private final Wire wire;
  private final Session session;
  private final Judge judge;
  private final RequestHeader header;
  private final Buffers buffers;
  private final Inbox inbox;
  private final Batch batch;
  private final Runs runs = new Runs();
  private final LargeRead largeRead;
  private final LargeWrite largeWrite;
  private final StatusAnswer status;
  private final Farewell farewell;

  /// How many bytes the request at the inbox's start has, as far as is known.
  private int frame;

  /// @param origin who the client is, for the history
  Transmission(
      Session session, String origin, Wire wire, Terms terms, Buffers buffers, Farewell farewell) {
    this.device = new DeviceUse(session.export(), origin);
    this.wire = wire;
    this.session = session;
    this.judge = new Judge(session, device, terms.maxRequest(), farewell);
    this.header = new RequestHeader(session.framing());
    this.buffers = buffers;
    var format = new ReplyFormat(session.framing());
    this.inbox = new Inbox(wire, buffers.incoming());
    this.batch = new Batch(buffers.incoming(), buffers.outgoing(), format, terms.maxInFlight());
    this.farewell = farewell;
    this.largeRead = new LargeRead(device, wire, buffers.outgoing(), session.framing(), format);
    this.largeWrite = new LargeWrite(device, wire, inbox, buffers.outgoing(), format);
    this.status = new StatusAnswer(session, device, wire, buffers.outgoing(), format);
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
          inbox.take(frame);
          largeRead.run(header);
        }
        case LARGE_PAYLOAD -> {
          inbox.take(session.framing().request());
          largeWrite.run(header, largePayload());
        }
        case STATUS -> {
          inbox.take(frame);
          status.run(header);
        }
        case DISCONNECT -> {
          return;
        }
        case GARBAGE -> throw new ProtocolException("what it sends is no request");
        case EXCESS -> throw new ProtocolException("a payload of more than 32 MiB");
      }
    }
  }

  private boolean awaitMore() throws IOException {
    farewell.waits(inbox.available() > 0);
    boolean more = inbox.receive(frame);
    farewell.works();
    return more;
  }

  /// Only a write has such a payload.
  private Outcome largePayload() {
    return header.command() == Protocol.COMMAND_BLOCK_STATUS
        ? Outcome.BAD_CONTEXTS
        : judge.verdict(header);
  }

  /// Moves requests from the inbox to the batch while they are complete and have room.
  private Pause gather() throws IOException {
    int head = session.framing().request();
    while (true) {
      frame = head;
      if (inbox.available() < frame) {
        return Pause.MORE_BYTES_NEEDED;
      }
      if (!header.read(buffers.incoming(), inbox.start())) {
        return Pause.GARBAGE;
      }
      if (header.command() == Protocol.COMMAND_DISC) {
        return Pause.DISCONNECT;
      }
      long payload = header.payload();
      if (isExcess(payload)) {
        return Pause.EXCESS;
      }
      if (payload > buffers.incoming().capacity() - head) {
        return Pause.LARGE_PAYLOAD;
      }
      frame += (int) payload;
      if (inbox.available() < frame) {
        return Pause.MORE_BYTES_NEEDED;
      }
      Pause pause = place();
      if (pause != null) {
        return pause;
      }
      inbox.take(frame);
    }
  }

  /// Where a payload is announced by a flag, it need not be taken at any length.
  private boolean isExcess(long payload) {
    return session.framing() == Framing.EXTENDED && (payload < 0 || payload > Protocol.MAX_PAYLOAD);
  }

  /// Gives the request, which is complete, its place in the batch.
  ///
  /// @return null, or why it has none
  private @Nullable Pause place() {
    Outcome verdict = readsStatusPayload() ? judge.verdict(header) : Outcome.BAD_CONTEXTS;
    if (verdict.isGood() && header.command() == Protocol.COMMAND_READ) {
      return placeRead();
    }
    if (verdict.isGood() && header.command() == Protocol.COMMAND_BLOCK_STATUS) {
      return Pause.STATUS;
    }
    if (!batch.hasRoom(1, 0)) {
      return Pause.BATCH_FULL;
    }
    if (!verdict.isGood()) {
      batch.answer(header, verdict);
    } else if (header.command() == Protocol.COMMAND_CACHE) {
      device.expectRead(header.offset(), header.length());
      batch.answer(header, verdict);
    } else {
      batch.add(header, inbox.start() + session.framing().request());
    }
    return null;
  }

  private @Nullable Pause placeRead() {
    long length = header.length();
    Pause full = batch.isEmpty() ? Pause.LARGE_READ : Pause.BATCH_FULL;
    if (!batch.hasRoom(1, length)) {
      return full;
    }
    boolean whole =
        length < Runs.GRANULE || !session.framing().chunks() || header.has(Protocol.FLAG_DF);
    if (whole) {
      runs.single((int) length);
    } else {
      runs.find(device, header.offset(), (int) length);
    }
    if (!batch.hasRoom(runs.count(), length)) {
      return full;
    }
    batch.read(header, runs);
    return null;
  }

  /// False when the request should have said which contexts it is about, and has not.
  private boolean readsStatusPayload() {
    return header.command() != Protocol.COMMAND_BLOCK_STATUS
        || header.payload() == 0
        || header.readStatusPayload(
            buffers.incoming(),
            inbox.start() + session.framing().request(),
            session.contexts().size());
  }
}
