package io.blocktail.producer.pull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Fixed newstyle negotiation: structured replies, metadata contexts, GO.
final class Negotiation {
  private static final long MAGIC = 0x4e42444d41474943L; // NBDMAGIC
  private static final long OPTION_MAGIC = 0x49484156454F5054L; // IHAVEOPT
  private static final long REPLY_MAGIC = 0x3e889045565a9L;
  private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int GO = 7;
  private static final int STRUCTURED_REPLY = 8;
  private static final int SET_META_CONTEXT = 10;
  private static final int REP_ACK = 1;
  private static final int REP_INFO = 3;
  private static final int REP_META_CONTEXT = 4;
  private static final int INFO_EXPORT = 0;
  private static final int LONGEST_REPLY = 64 << 10;

  /// How many replies to one option are listened to.
  private static final int MOST_REPLIES = 1000;

  /// What was agreed on.
  ///
  /// @param size of the export in bytes
  /// @param contexts that the server has of those that were asked for, with their numbers
  record Agreed(long size, Map<String, Integer> contexts) {}

  private record Reply(int type, ByteBuffer data) {}

  private final Peer peer;
  private final String export;

  private Negotiation(Peer peer, String export) {
    this.peer = peer;
    this.export = export;
  }

  /// @throws IOException when the server has no such export, or cannot do what is needed
  static Agreed agree(Peer peer, String export, List<String> contexts) throws IOException {
    return new Negotiation(peer, export).agree(contexts);
  }

  private Agreed agree(List<String> contexts) throws IOException {
    ByteBuffer greeting = peer.receive(18);
    if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
      throw new IOException("it is not a newstyle NBD server");
    }
    if ((greeting.getShort() & FIXED_NEWSTYLE_NO_ZEROES) != FIXED_NEWSTYLE_NO_ZEROES) {
      throw new IOException("the NBD server has not both FIXED_NEWSTYLE and NO_ZEROES");
    }
    peer.send(ByteBuffer.allocate(4).putInt(FIXED_NEWSTYLE_NO_ZEROES).flip());
    send(STRUCTURED_REPLY, ByteBuffer.allocate(0));
    if (reply(STRUCTURED_REPLY).type() != REP_ACK) {
      throw new IOException(
          "the NBD server has no structured replies, without which it cannot tell what is dirty");
    }
    Map<String, Integer> found = contexts(contexts);
    return new Agreed(go(), found);
  }

  private Map<String, Integer> contexts(List<String> wanted) throws IOException {
    byte[] name = bytes(export);
    int length = 8 + name.length;
    for (String context : wanted) {
      length += 4 + bytes(context).length;
    }
    var data = ByteBuffer.allocate(length).putInt(name.length).put(name).putInt(wanted.size());
    for (String context : wanted) {
      data.putInt(bytes(context).length).put(bytes(context));
    }
    send(SET_META_CONTEXT, data.flip());
    var found = new HashMap<String, Integer>();
    for (int i = 0; i < MOST_REPLIES; i++) {
      Reply reply = reply(SET_META_CONTEXT);
      if (reply.type() == REP_ACK) {
        return found;
      }
      refuseError(reply);
      if (reply.type() == REP_META_CONTEXT && reply.data().remaining() >= 4) {
        int id = reply.data().getInt();
        found.put(StandardCharsets.UTF_8.decode(reply.data()).toString(), id);
      }
    }
    throw new IOException("the NBD server answers without end");
  }

  /// @return the export's size
  private long go() throws IOException {
    byte[] name = bytes(export);
    send(
        GO,
        ByteBuffer.allocate(6 + name.length)
            .putInt(name.length)
            .put(name)
            .putShort((short) 0)
            .flip());
    long size = -1;
    for (int i = 0; i < MOST_REPLIES; i++) {
      Reply reply = reply(GO);
      if (reply.type() == REP_ACK && size >= 0) {
        return size;
      }
      refuseError(reply);
      ByteBuffer data = reply.data();
      if (reply.type() == REP_INFO && data.remaining() >= 12 && data.getShort() == INFO_EXPORT) {
        size = data.getLong();
      }
    }
    throw new IOException("the NBD server answers without end");
  }

  private void refuseError(Reply reply) throws IOException {
    if (reply.type() < 0) {
      throw new IOException(
          "the NBD server refuses the export '%s': %s"
              .formatted(export, StandardCharsets.UTF_8.decode(reply.data())));
    }
  }

  private void send(int option, ByteBuffer data) throws IOException {
    var head = ByteBuffer.allocate(16 + data.remaining());
    head.putLong(OPTION_MAGIC).putInt(option).putInt(data.remaining()).put(data);
    peer.send(head.flip());
  }

  private Reply reply(int option) throws IOException {
    ByteBuffer head = peer.receive(20);
    if (head.getLong() != REPLY_MAGIC || head.getInt() != option) {
      throw new IOException("the NBD server answers something that was not asked");
    }
    int type = head.getInt();
    int length = head.getInt();
    if (length < 0 || length > LONGEST_REPLY) {
      throw new IOException("the NBD server's answer claims %d bytes".formatted(length));
    }
    return new Reply(type, peer.receive(length));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
