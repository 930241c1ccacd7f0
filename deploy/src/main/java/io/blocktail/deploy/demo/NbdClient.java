package io.blocktail.deploy.demo;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// A small NBD client: fixed newstyle negotiation with GO, simple replies, requests sent ahead of
/// their replies. For one thread. Protocol: doc/proto.md of NetworkBlockDevice/nbd.
final class NbdClient implements AutoCloseable {
  private static final long MAGIC = 0x4e42444d41474943L; // NBDMAGIC
  private static final long OPTION_MAGIC = 0x49484156454F5054L; // IHAVEOPT
  private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;
  private static final int FIXED_NEWSTYLE_NO_ZEROES = 3;
  private static final int OPTION_GO = 7;
  private static final int REPLY_ACK = 1;
  private static final int REPLY_INFO = 3;
  private static final int INFO_EXPORT = 0;
  private static final int LONGEST_OPTION_REPLY = 64 << 10;

  private static final short READ = 0;
  private static final short WRITE = 1;
  private static final short DISCONNECT = 2;
  private static final short FLUSH = 3;
  private static final short WRITE_ZEROES = 6;

  /// Writes that may wait for their reply. Their replies are small, so neither side can block on
  /// the other.
  private static final int WINDOW = 32;

  private final SocketChannel socket;
  private final long size;
  private final ByteBuffer header = ByteBuffer.allocateDirect(28);
  private final ByteBuffer reply = ByteBuffer.allocateDirect(16);

  /// What waits for a reply, by its cookie, in words for an error.
  private final Map<Long, String> waiting = new HashMap<>();

  private long cookie;

  private NbdClient(SocketChannel socket, long size) {
    this.socket = socket;
    this.size = size;
  }

  static NbdClient connect(String host, int port, String export) throws IOException {
    var socket = SocketChannel.open(new InetSocketAddress(host, port));
    try {
      socket.setOption(java.net.StandardSocketOptions.TCP_NODELAY, true);
      return new NbdClient(socket, negotiate(socket, export));
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// @return the size of the export in bytes
  private static long negotiate(SocketChannel socket, String export) throws IOException {
    ByteBuffer greeting = receive(socket, 18);
    if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
      throw new NbdException("not a newstyle NBD server");
    }
    if ((greeting.getShort() & FIXED_NEWSTYLE_NO_ZEROES) != FIXED_NEWSTYLE_NO_ZEROES) {
      throw new NbdException("the NBD server has not both FIXED_NEWSTYLE and NO_ZEROES");
    }
    byte[] name = export.getBytes(StandardCharsets.UTF_8);
    var go = ByteBuffer.allocate(26 + name.length);
    go.putInt(FIXED_NEWSTYLE_NO_ZEROES).putLong(OPTION_MAGIC).putInt(OPTION_GO);
    go.putInt(name.length + 6).putInt(name.length).put(name).putShort((short) 0);
    send(socket, go.flip());
    long size = -1;
    while (true) {
      ByteBuffer head = receive(socket, 20);
      if (head.getLong() != OPTION_REPLY_MAGIC || head.getInt() != OPTION_GO) {
        throw new NbdException("the NBD server answers something that was not asked");
      }
      int type = head.getInt();
      int length = head.getInt();
      if (length < 0 || length > LONGEST_OPTION_REPLY) {
        throw new NbdException("the NBD server's answer claims %d bytes".formatted(length));
      }
      ByteBuffer data = receive(socket, length);
      if (type == REPLY_ACK && size >= 0) {
        return size;
      }
      if (type < 0) {
        throw new NbdException(
            "the NBD server has no export '%s': %s"
                .formatted(export, StandardCharsets.UTF_8.decode(data)));
      }
      if (type == REPLY_INFO && length >= 12 && data.getShort() == INFO_EXPORT) {
        size = data.getLong();
      }
    }
  }

  /// In bytes.
  long size() {
    return size;
  }

  /// Reads into what remains of the buffer. Waits for the replies of all writes before.
  void read(ByteBuffer into, long offset) throws IOException {
    drain();
    request(READ, offset, into.remaining());
    receiveReply();
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException("the NBD server closed the connection");
      }
    }
  }

  /// Sends a write; its reply may come later, and an error with the next call.
  void write(ByteBuffer from, long offset) throws IOException {
    makeRoom();
    request(WRITE, offset, from.remaining());
    send(socket, from);
  }

  /// Sends a request for zeros, as [#write].
  void zero(long offset, int length) throws IOException {
    makeRoom();
    request(WRITE_ZEROES, offset, length);
  }

  /// Waits until everything written before is durable.
  void flush() throws IOException {
    drain();
    request(FLUSH, 0, 0);
    drain();
  }

  private void makeRoom() throws IOException {
    while (waiting.size() >= WINDOW) {
      receiveReply();
    }
  }

  private void drain() throws IOException {
    while (!waiting.isEmpty()) {
      receiveReply();
    }
  }

  private void request(short command, long offset, int length) throws IOException {
    cookie++;
    header.clear().putInt(REQUEST_MAGIC).putShort((short) 0).putShort(command);
    header.putLong(cookie).putLong(offset).putInt(length).flip();
    waiting.put(cookie, "command %d at %d+%d".formatted(command, offset, length));
    send(socket, header);
  }

  private void receiveReply() throws IOException {
    receive(socket, reply.clear());
    if (reply.getInt() != REPLY_MAGIC) {
      throw new NbdException("the NBD server's reply has a wrong magic");
    }
    int error = reply.getInt();
    String request = waiting.remove(reply.getLong());
    if (request == null) {
      throw new NbdException("the NBD server answers a request that was not made");
    }
    if (error != 0) {
      throw new NbdException("the NBD server answers error %d to %s".formatted(error, request));
    }
  }

  private static void send(SocketChannel socket, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  private static ByteBuffer receive(SocketChannel socket, int length) throws IOException {
    return receive(socket, ByteBuffer.allocate(length));
  }

  private static ByteBuffer receive(SocketChannel socket, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException("the NBD server closed the connection");
      }
    }
    return into.flip();
  }

  @Override
  public void close() throws IOException {
    try (socket) {
      header.clear().putInt(REQUEST_MAGIC).putShort((short) 0).putShort(DISCONNECT);
      header.putLong(0).putLong(0).putInt(0).flip();
      send(socket, header);
    }
  }
}
