package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/// Judges what a server said as a client does that knows nothing of what was asked: whether it can
/// be taken apart to its end. Without chunks nobody can, so then only the handshake is judged.
final class AnswerCheck {
  private static final Set<Integer> ERRORS = Set.of(1, 5, 12, 22, 28, 75, 95, 108);

  private final ByteBuffer said;

  private AnswerCheck(ByteBuffer said) {
    this.said = said;
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError("the server says " + what);
    }
  }

  /// @return where the handshake's answers end, as far as a client can tell
  static int handshake(ByteBuffer said) {
    var check = new AnswerCheck(said.duplicate());
    require(check.said.getLong() == 0x4e42444d41474943L, "no greeting");
    require(check.said.getLong() == 0x49484156454F5054L, "no greeting");
    require(check.said.getShort() == 3, "other flags");
    while (check.said.remaining() >= 8
        && check.said.getLong(check.said.position()) == 0x3e889045565a9L) {
      check.option();
    }
    return check.said.position();
  }

  private void option() {
    said.position(said.position() + 12);
    int type = said.getInt();
    int length = said.getInt();
    require(type > 0 && type <= 4 || type >= 0x80000001 && type <= 0x8000000a, "a type " + type);
    require(length >= 0 && length <= 4 + 2 * 4096, "an answer of " + length + " bytes");
    require(length <= said.remaining(), "less than it says");
    said.position(said.position() + length);
  }

  /// Takes all chunks apart.
  ///
  /// @param from where they start
  static void chunks(ByteBuffer said, int from, Framing framing) {
    var check = new AnswerCheck(said.duplicate().position(from));
    var open = new HashSet<Long>();
    while (check.said.hasRemaining()) {
      check.chunk(framing, open);
    }
    require(open.isEmpty(), "no end of a reply");
  }

  /// @param open the cookies of replies that have begun and not ended
  private void chunk(Framing framing, Set<Long> open) {
    int magic = said.getInt();
    if (magic == 0x67446698) {
      require(framing == Framing.STRUCTURED, "a simple reply");
      int error = said.getInt();
      require(error == 0, "an error in a simple reply");
      require(!open.contains(said.getLong()), "a simple reply among chunks");
      return;
    }
    boolean extended = framing == Framing.EXTENDED;
    require(magic == (extended ? 0x6e8a278c : 0x668e33ef), "a magic of " + magic);
    int flags = said.getShort();
    int type = Short.toUnsignedInt(said.getShort());
    long cookie = said.getLong();
    if (extended) {
      said.getLong();
    }
    long length = extended ? said.getLong() : Integer.toUnsignedLong(said.getInt());
    require(flags == 0 || flags == 1, "flags of " + flags);
    require(length <= said.remaining(), "less than it says");
    payload(type, said.slice(said.position(), (int) length), flags == 1, extended);
    said.position(said.position() + (int) length);
    if (flags == 1) {
      open.remove(cookie);
    } else {
      open.add(cookie);
    }
  }

  private static void payload(int type, ByteBuffer payload, boolean done, boolean extended) {
    int length = payload.limit();
    switch (type) {
      case ChunkClient.NONE -> require(length == 0 && done, "a NONE that is not empty or last");
      case ChunkClient.DATA -> require(length >= 9, "data of no bytes");
      case ChunkClient.HOLE -> require(length == 12 && payload.getInt(8) > 0, "a hole of none");
      case ChunkClient.STATUS -> status(payload, !extended, 4, 8);
      case ChunkClient.STATUS_EXT -> status(payload, extended, 8, 16);
      case ChunkClient.ERROR -> error(payload, 6);
      case ChunkClient.ERROR_OFFSET -> error(payload, 14);
      default -> throw new AssertionError("the server says a chunk of type " + type);
    }
  }

  private static void status(ByteBuffer payload, boolean expected, int head, int each) {
    require(expected, "extents of the wrong width");
    int bytes = payload.limit() - head;
    require(bytes > 0 && bytes % each == 0, "extents of " + bytes + " bytes");
    require(head == 4 || payload.getInt(4) == bytes / each, "another number of extents");
    for (int at = head; at < payload.limit(); at += each) {
      require(each == 8 ? payload.getInt(at) > 0 : payload.getLong(at) > 0, "an empty extent");
    }
  }

  private static void error(ByteBuffer payload, int fixed) {
    require(ERRORS.contains(payload.getInt(0)), "an error " + payload.getInt(0));
    require(payload.getShort(4) == payload.limit() - fixed, "a message that does not fit");
  }
}
