package io.blocktail.producer.nbd;

import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The requests that arrived together, and their replies. Replies and the data that reads bring are
/// laid out in one buffer in the order of the requests, so that one write sends them all.
/// Everything is used again for the next batch. Only the connection's thread uses it.
final class Batch {
  private static final class Slot {
    final Request request = new Request();
    final ByteBuffer written;
    final ByteBuffer read;
    long cookie;
    NbdError refusal = NbdError.NONE;

    /// Where the reply has its place in the outgoing buffer, and how much data it has.
    int reply;

    int data;

    Slot(ByteBuffer incoming, ByteBuffer outgoing) {
      this.written = incoming.duplicate();
      this.read = outgoing.duplicate();
    }

    NbdError outcome() {
      return refusal == NbdError.NONE ? NbdError.of(request.failure()) : refusal;
    }
  }

  private final ByteBuffer incoming;
  private final ByteBuffer outgoing;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final int most;
  private int count;
  private int reserved;

  /// @param incoming holds what is written
  /// @param outgoing takes the replies
  /// @param most how many requests
  Batch(ByteBuffer incoming, ByteBuffer outgoing, int most) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.most = most;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// Whether another request with so much data in its reply can be added.
  boolean hasRoom(long replyPayload) {
    return count < most && replyPayload <= outgoing.capacity() - Protocol.REPLY - reserved;
  }

  /// @param payload where in the incoming buffer the data of a write starts
  void add(RequestHeader header, int payload) {
    Slot slot = reserve(header, (int) header.replyPayload());
    Request request =
        switch (header.command()) {
          case Protocol.COMMAND_READ -> {
            int at = slot.reply + Protocol.REPLY;
            slot.read.limit(at + slot.data).position(at);
            yield slot.request.read(header.offset(), slot.read);
          }
          case Protocol.COMMAND_WRITE -> {
            slot.written.limit(payload + (int) header.length()).position(payload);
            yield slot.request.write(header.offset(), slot.written, header.durable());
          }
          case Protocol.COMMAND_FLUSH -> slot.request.flush();
          case Protocol.COMMAND_TRIM ->
              slot.request.trim(header.offset(), header.length(), header.durable());
          case Protocol.COMMAND_WRITE_ZEROES ->
              header.keepsSpace()
                  ? slot.request.fill(header.offset(), header.length(), header.durable())
                  : slot.request.zero(header.offset(), header.length(), header.durable());
          default -> throw new AssertionError("command " + header.command());
        };
    requests.add(request);
  }

  /// Adds a reply to a request that the device is not asked for.
  void refuse(RequestHeader header, NbdError error) {
    reserve(header, 0).refusal = error;
  }

  private Slot reserve(RequestHeader header, int data) {
    if (count == slots.size()) {
      slots.add(new Slot(incoming, outgoing));
    }
    Slot slot = slots.get(count++);
    slot.cookie = header.cookie();
    slot.refusal = NbdError.NONE;
    slot.reply = reserved;
    slot.data = data;
    reserved += Protocol.REPLY + data;
    return slot;
  }

  /// Has the device do all, then sends all replies; empty afterwards.
  void execute(DeviceUse device, Wire wire) throws IOException {
    if (!requests.isEmpty()) {
      device.execute(requests);
    }
    outgoing.limit(writeReplies()).position(0);
    requests.clear();
    count = 0;
    reserved = 0;
    wire.write(outgoing);
  }

  /// A read that failed has no data, and what comes behind it moves up.
  private int writeReplies() {
    outgoing.clear();
    int end = 0;
    for (int i = 0; i < count; i++) {
      Slot slot = slots.get(i);
      NbdError outcome = slot.outcome();
      int data = outcome == NbdError.NONE ? slot.data : 0;
      if (end != slot.reply && data > 0) {
        outgoing.put(end + Protocol.REPLY, outgoing, slot.reply + Protocol.REPLY, data);
      }
      writeReply(outgoing, end, outcome, slot.cookie);
      end += Protocol.REPLY + data;
    }
    return end;
  }

  static void writeReply(ByteBuffer to, int at, NbdError error, long cookie) {
    to.putInt(at, Protocol.SIMPLE_REPLY_MAGIC);
    to.putInt(at + 4, error.code());
    to.putLong(at + 8, cookie);
  }
}
