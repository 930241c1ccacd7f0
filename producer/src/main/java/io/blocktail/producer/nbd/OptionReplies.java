package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// What the server says during the handshake. Replies are sent together when the last one to an
/// option is written.
final class OptionReplies {
  /// A reply's header and two of the longest strings.
  private static final int LONGEST = 20 + 4 + 2 * Protocol.MAX_STRING;

  private final Wire wire;
  private final ByteBuffer out = ByteBuffer.allocate(2 * LONGEST);

  OptionReplies(Wire wire) {
    this.wire = wire;
  }

  void greet() throws IOException {
    out.putLong(Protocol.SERVER_MAGIC).putLong(Protocol.OPTION_MAGIC);
    out.putShort((short) (Protocol.HANDSHAKE_FIXED_NEWSTYLE | Protocol.HANDSHAKE_NO_ZEROES));
    send();
  }

  /// @param zeroes whether the client still wants the 124 zeros of old
  void exportName(Session session, boolean zeroes) throws IOException {
    out.putLong(session.export().device().size()).putShort(session.flags());
    if (zeroes) {
      out.put(new byte[124]);
    }
    send();
  }

  void server(String name, String description) throws IOException {
    byte[] first = name.getBytes(StandardCharsets.UTF_8);
    byte[] second = description.getBytes(StandardCharsets.UTF_8);
    header(Protocol.OPTION_LIST, Protocol.REPLY_SERVER, 4 + first.length + second.length);
    out.putInt(first.length).put(first).put(second);
  }

  void export(int option, Session session) throws IOException {
    header(option, Protocol.REPLY_INFO, 12);
    out.putShort((short) Protocol.INFO_EXPORT);
    out.putLong(session.export().device().size()).putShort(session.flags());
  }

  void blockSizes(int option, int maxRequest) throws IOException {
    header(option, Protocol.REPLY_INFO, 14);
    out.putShort((short) Protocol.INFO_BLOCK_SIZE);
    out.putInt(1).putInt(4096).putInt(maxRequest);
  }

  void text(int option, int kind, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    header(option, Protocol.REPLY_INFO, 2 + bytes.length);
    out.putShort((short) kind).put(bytes);
  }

  /// @param id 0 where the context is only shown
  void context(int option, int id, String name) throws IOException {
    byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
    header(option, Protocol.REPLY_META_CONTEXT, 4 + bytes.length);
    out.putInt(id).put(bytes);
  }

  /// The last reply to an option.
  ///
  /// @param message for people; empty for none
  void end(int option, int type, String message) throws IOException {
    byte[] bytes = message.getBytes(StandardCharsets.UTF_8);
    header(option, type, bytes.length);
    out.put(bytes);
    send();
  }

  private void header(int option, int type, int length) throws IOException {
    if (out.remaining() < LONGEST) {
      send();
    }
    out.putLong(Protocol.OPTION_REPLY_MAGIC).putInt(option).putInt(type).putInt(length);
  }

  private void send() throws IOException {
    out.flip();
    wire.write(out);
    out.clear();
  }
}
