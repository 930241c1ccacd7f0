package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;

/// Writes replies into a buffer, framed as the connection has it. Every method takes where to
/// write, the request's cookie and offset (which extended headers repeat), and returns how many
/// bytes it wrote. A reply that has nothing to say but that all went well is a simple one where it
/// may be.
final class ReplyFormat {
  private final Framing framing;

  /// Of any error at a place in the export, and so of any error.
  private final int longestError;

  ReplyFormat(Framing framing) {
    this.framing = framing;
    int longest = 0;
    for (Outcome outcome : Outcome.values()) {
      longest = Math.max(longest, errorLength(outcome) + (framing.chunks() ? 8 : 0));
    }
    this.longestError = longest;
  }

  /// Bytes before the data of a read.
  int dataHead() {
    return framing.reply() + (framing.chunks() ? 8 : 0);
  }

  /// The most bytes that a reply has which says only whether all went well.
  int longest() {
    return Math.max(longestError, framing.reply());
  }

  /// The most bytes that a reply has which brings so much data if all goes well.
  int longest(int data) {
    return Math.max(longestError, dataHead() + data);
  }

  int holeLength() {
    return framing.reply() + 12;
  }

  int errorLength(Outcome outcome) {
    return framing.chunks() ? framing.reply() + 6 + outcome.message().length : framing.reply();
  }

  int success(ByteBuffer to, int at, long cookie, long offset) {
    return framing == Framing.EXTENDED
        ? chunk(to, at, Protocol.CHUNK_NONE, true, cookie, offset, 0)
        : simple(to, at, Outcome.GOOD, cookie);
  }

  /// The end of a reply made of chunks.
  int none(ByteBuffer to, int at, long cookie, long offset) {
    return chunk(to, at, Protocol.CHUNK_NONE, true, cookie, offset, 0);
  }

  /// The request as a whole has failed; nothing follows.
  int error(ByteBuffer to, int at, Outcome outcome, long cookie, long offset) {
    if (!framing.chunks()) {
      return simple(to, at, outcome, cookie);
    }
    byte[] message = outcome.message();
    int length = 6 + message.length;
    int end = at + chunk(to, at, Protocol.CHUNK_ERROR, true, cookie, offset, length);
    error(to, end, outcome);
    return end + length - at;
  }

  /// A read has failed at `where`, a place in the export.
  ///
  /// @param last whether nothing follows
  int errorAt(
      ByteBuffer to, int at, Outcome outcome, boolean last, long cookie, long offset, long where) {
    if (!framing.chunks()) {
      return simple(to, at, outcome, cookie);
    }
    int length = 6 + outcome.message().length + 8;
    int end = at + chunk(to, at, Protocol.CHUNK_ERROR_OFFSET, last, cookie, offset, length);
    error(to, end, outcome);
    to.putLong(end + length - 8, where);
    return end + length - at;
  }

  private static void error(ByteBuffer to, int at, Outcome outcome) {
    byte[] message = outcome.message();
    to.putInt(at, outcome.code());
    to.putShort(at + 4, (short) message.length);
    to.put(at + 6, message);
  }

  /// The head of `length` bytes of data that were read at `where`.
  int data(ByteBuffer to, int at, boolean last, long cookie, long offset, long where, int length) {
    if (!framing.chunks()) {
      return simple(to, at, Outcome.GOOD, cookie);
    }
    int head = chunk(to, at, Protocol.CHUNK_OFFSET_DATA, last, cookie, offset, 8 + length);
    to.putLong(at + head, where);
    return head + 8;
  }

  /// `length` bytes at `where` that are zeros.
  int hole(ByteBuffer to, int at, boolean last, long cookie, long offset, long where, int length) {
    int head = chunk(to, at, Protocol.CHUNK_OFFSET_HOLE, last, cookie, offset, 12);
    to.putLong(at + head, where);
    to.putInt(at + head + 8, length);
    return head + 12;
  }

  private static int simple(ByteBuffer to, int at, Outcome outcome, long cookie) {
    to.putInt(at, Protocol.SIMPLE_REPLY_MAGIC);
    to.putInt(at + 4, outcome.code());
    to.putLong(at + 8, cookie);
    return Framing.SIMPLE.reply();
  }

  /// A chunk's header.
  ///
  /// @param length of the payload that follows it
  int chunk(ByteBuffer to, int at, int type, boolean last, long cookie, long offset, int length) {
    boolean extended = framing == Framing.EXTENDED;
    to.putInt(at, extended ? Protocol.EXTENDED_REPLY_MAGIC : Protocol.STRUCTURED_REPLY_MAGIC);
    to.putShort(at + 4, (short) (last ? Protocol.CHUNK_DONE : 0));
    to.putShort(at + 6, (short) type);
    to.putLong(at + 8, cookie);
    if (extended) {
      to.putLong(at + 16, offset);
      to.putLong(at + 24, length);
    } else {
      to.putInt(at + 16, length);
    }
    return framing.reply();
  }
}
