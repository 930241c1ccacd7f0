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
  /// A reply, or a chunk of one.
  private static final class Slot {
    /// What it tells if all goes well.
    private enum Tells {
      SUCCESS,
      DATA,
      HOLE
    }

    final Request request = new Request();
    final ByteBuffer written;
    final ByteBuffer read;
    long cookie;

    /// The request's offset, which extended headers repeat.
    long offset;

    Tells tells = Tells.SUCCESS;
    Outcome refusal = Outcome.GOOD;
    boolean asked;
    boolean last;

    /// Where the reply has its place in the outgoing buffer.
    int place;

    /// Where in the export the data or the hole is, and how long.
    long where;

    int length;

    Slot(ByteBuffer incoming, ByteBuffer outgoing) {
      this.written = incoming.duplicate();
      this.read = outgoing.duplicate();
    }

    Outcome outcome() {
      return asked ? Outcome.of(request.failure()) : refusal;
    }
  }

  private final ByteBuffer incoming;
  private final ByteBuffer outgoing;
  private final ReplyFormat format;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Request> requests = new ArrayList<>();
  private final int most;
  private int count;
  private int reserved;

  /// @param incoming holds what is written
  /// @param outgoing takes the replies
  /// @param most how many requests, or chunks of their replies
  Batch(ByteBuffer incoming, ByteBuffer outgoing, ReplyFormat format, int most) {
    this.most = most;
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.format = format;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /// Whether another request can be added, with so much data in so many chunks of its reply.
  boolean hasRoom(int chunks, long data) {
    long bytes = (long) chunks * format.longest(0) + data;
    return count <= most - chunks && bytes <= outgoing.capacity() - reserved;
  }

  /// Adds a read, whose reply has a chunk for each of the runs.
  void read(RequestHeader header, Runs runs) {
    long at = header.offset();
    for (int i = 0; i < runs.count(); i++) {
      int length = runs.length(i);
      boolean hole = runs.isHole(i);
      Slot slot = reserve(header, hole ? format.holeLength() : format.longest(length));
      slot.tells = hole ? Slot.Tells.HOLE : Slot.Tells.DATA;
      slot.last = i == runs.count() - 1;
      slot.where = at;
      slot.length = length;
      if (!hole) {
        int start = slot.place + format.dataHead();
        slot.read.limit(start + length).position(start);
        ask(slot, slot.request.read(at, slot.read));
      }
      at += length;
    }
  }

  /// Adds a request that the device is asked for and whose reply has no data.
  ///
  /// @param payload where in the incoming buffer the data of a write starts
  void add(RequestHeader header, int payload) {
    Slot slot = reserve(header, format.longest());
    boolean durable = header.has(Protocol.FLAG_FUA);
    Request request =
        switch (header.command()) {
          case Protocol.COMMAND_WRITE -> {
            slot.written.limit(payload + (int) header.length()).position(payload);
            yield slot.request.write(header.offset(), slot.written, durable);
          }
          case Protocol.COMMAND_FLUSH -> slot.request.flush();
          case Protocol.COMMAND_TRIM ->
              slot.request.trim(header.offset(), header.length(), durable);
          case Protocol.COMMAND_WRITE_ZEROES ->
              header.has(Protocol.FLAG_NO_HOLE)
                  ? slot.request.fill(header.offset(), header.length(), durable)
                  : slot.request.zero(header.offset(), header.length(), durable);
          default -> throw new AssertionError("command " + header.command());
        };
    ask(slot, request);
  }

  /// Adds a reply to a request that the device is not asked for.
  void answer(RequestHeader header, Outcome outcome) {
    reserve(header, format.longest()).refusal = outcome;
  }

  private void ask(Slot slot, Request request) {
    slot.asked = true;
    requests.add(request);
  }

  private Slot reserve(RequestHeader header, int bytes) {
    if (count == slots.size()) {
      slots.add(new Slot(incoming, outgoing));
    }
    Slot slot = slots.get(count++);
    slot.cookie = header.cookie();
    slot.offset = header.offset();
    slot.tells = Slot.Tells.SUCCESS;
    slot.refusal = Outcome.GOOD;
    slot.asked = false;
    slot.place = reserved;
    reserved += bytes;
    return slot;
  }

  /// Has the device do all, then sends all replies; empty afterwards.
  void execute(DeviceUse device, Wire wire) throws IOException {
    if (!requests.isEmpty()) {
      device.execute(requests);
    }
    outgoing.clear();
    int end = 0;
    for (int i = 0; i < count; i++) {
      end += write(slots.get(i), end);
    }
    outgoing.limit(end).position(0);
    requests.clear();
    count = 0;
    reserved = 0;
    wire.write(outgoing);
  }

  /// What has become shorter than its place lets all behind it move up.
  private int write(Slot slot, int at) {
    Outcome outcome = slot.outcome();
    return switch (slot.tells) {
      case SUCCESS ->
          outcome.isGood()
              ? format.success(outgoing, at, slot.cookie, slot.offset)
              : format.error(outgoing, at, outcome, slot.cookie, slot.offset);
      case HOLE ->
          format.hole(outgoing, at, slot.last, slot.cookie, slot.offset, slot.where, slot.length);
      case DATA ->
          outcome.isGood()
              ? writeData(slot, at)
              : format.errorAt(
                  outgoing, at, outcome, slot.last, slot.cookie, slot.offset, slot.where);
    };
  }

  private int writeData(Slot slot, int at) {
    int head = format.dataHead();
    if (at != slot.place) {
      outgoing.put(at + head, outgoing, slot.place + head, slot.length);
    }
    return slot.length
        + format.data(outgoing, at, slot.last, slot.cookie, slot.offset, slot.where, slot.length);
  }
}
