package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;

/// A request as it stands on the wire; [Judge] says what to think of it. A connection reads all its
/// requests into the same object.
final class RequestHeader {
  private final Framing framing;
  private int flags;
  private int command;
  private long cookie;
  private long offset;
  private long length;
  private long contexts;

  RequestHeader(Framing framing) {
    this.framing = framing;
  }

  /// Takes the [Framing#request] bytes at `at`.
  ///
  /// @return false when no request starts there; where the next one does is then unknown
  boolean read(ByteBuffer from, int at) {
    boolean extended = framing == Framing.EXTENDED;
    int magic = extended ? Protocol.EXTENDED_REQUEST_MAGIC : Protocol.REQUEST_MAGIC;
    if (from.getInt(at) != magic) {
      return false;
    }
    flags = Short.toUnsignedInt(from.getShort(at + 4));
    command = Short.toUnsignedInt(from.getShort(at + 6));
    cookie = from.getLong(at + 8);
    offset = from.getLong(at + 16);
    length = extended ? from.getLong(at + 24) : Integer.toUnsignedLong(from.getInt(at + 24));
    contexts = -1;
    return true;
  }

  /// Takes the payload of a BLOCK_STATUS that has one, [#length] bytes at `at`: the length that it
  /// is about, and the ids of the contexts that it is about.
  ///
  /// @param known how many contexts there are
  /// @return false when that is not what the payload is
  boolean readStatusPayload(ByteBuffer from, int at, int known) {
    int ids = (int) (length - 8) / 4;
    if (length < 12 || length % 4 != 0 || ids > known) {
      return false;
    }
    contexts = 0;
    for (int i = 0; i < ids; i++) {
      int id = from.getInt(at + 8 + 4 * i);
      if (id < 1 || id > known || asksFor(id)) {
        return false;
      }
      contexts |= 1L << id;
    }
    length = from.getLong(at);
    return true;
  }

  int command() {
    return command;
  }

  long cookie() {
    return cookie;
  }

  /// In bytes; unsigned on the wire, so that a negative one is far beyond the end. Inside the
  /// device only after a good verdict.
  long offset() {
    return offset;
  }

  /// In bytes; a negative one is far beyond the end, too.
  long length() {
    return length;
  }

  /// Whether there is a flag beside those.
  boolean hasOtherFlagsThan(int allowed) {
    return (flags & ~allowed) != 0;
  }

  boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /// Whether a BLOCK_STATUS is about the context with this id.
  boolean asksFor(int id) {
    return (contexts & 1L << id) != 0;
  }

  /// How many bytes follow the header. Negative: more than any number.
  long payload() {
    boolean has =
        framing == Framing.EXTENDED
            ? has(Protocol.FLAG_PAYLOAD_LEN)
            : command == Protocol.COMMAND_WRITE;
    return has ? length : 0;
  }
}
