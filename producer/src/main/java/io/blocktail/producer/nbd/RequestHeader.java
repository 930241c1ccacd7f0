package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;

/// A request as it stands on the wire, and the one place where it is judged: what [#verdict] lets
/// pass is inside the device. A connection reads all its requests into the same object.
final class RequestHeader {
  private final int maxRequest;
  private int flags;
  private int command;
  private long cookie;
  private long offset;
  private long length;

  /// @param maxRequest the most data that a good one has, in bytes
  RequestHeader(int maxRequest) {
    this.maxRequest = maxRequest;
  }

  /// Takes the [Protocol#REQUEST] bytes at `at`.
  ///
  /// @return false when no request starts there; where the next one does is then unknown
  boolean read(ByteBuffer from, int at) {
    if (from.getInt(at) != Protocol.REQUEST_MAGIC) {
      return false;
    }
    flags = Short.toUnsignedInt(from.getShort(at + 4));
    command = Short.toUnsignedInt(from.getShort(at + 6));
    cookie = from.getLong(at + 8);
    offset = from.getLong(at + 16);
    length = Integer.toUnsignedLong(from.getInt(at + 24));
    return true;
  }

  /// Whether the request may go to a device of `size` bytes, and if not why.
  NbdError verdict(long size) {
    int allowed =
        command == Protocol.COMMAND_WRITE_ZEROES
            ? Protocol.FLAG_FUA | Protocol.FLAG_NO_HOLE
            : Protocol.FLAG_FUA;
    if ((flags & ~allowed) != 0) {
      return NbdError.EINVAL;
    }
    return switch (command) {
      case Protocol.COMMAND_READ -> range(size, maxRequest, NbdError.EINVAL);
      case Protocol.COMMAND_WRITE -> range(size, maxRequest, NbdError.ENOSPC);
      case Protocol.COMMAND_TRIM -> range(size, Long.MAX_VALUE, NbdError.EINVAL);
      case Protocol.COMMAND_WRITE_ZEROES -> range(size, Long.MAX_VALUE, NbdError.ENOSPC);
      case Protocol.COMMAND_FLUSH -> offset == 0 && length == 0 ? NbdError.NONE : NbdError.EINVAL;
      default -> NbdError.EINVAL;
    };
  }

  /// The offset is unsigned on the wire, so that a negative one is far beyond the end.
  private NbdError range(long size, long longest, NbdError beyond) {
    if (length == 0 || length > longest) {
      return NbdError.EINVAL;
    }
    return offset < 0 || length > size || offset > size - length ? beyond : NbdError.NONE;
  }

  int command() {
    return command;
  }

  long cookie() {
    return cookie;
  }

  /// In bytes; inside the device only after a good [#verdict].
  long offset() {
    return offset;
  }

  /// In bytes, up to 2^32 - 1.
  long length() {
    return length;
  }

  boolean durable() {
    return (flags & Protocol.FLAG_FUA) != 0;
  }

  /// Whether a range that is zeroed must not become a hole.
  boolean keepsSpace() {
    return (flags & Protocol.FLAG_NO_HOLE) != 0;
  }

  /// How many bytes follow the header.
  long payload() {
    return command == Protocol.COMMAND_WRITE ? length : 0;
  }

  /// How many bytes of data the reply has if all goes well.
  long replyPayload() {
    return command == Protocol.COMMAND_READ ? length : 0;
  }
}
