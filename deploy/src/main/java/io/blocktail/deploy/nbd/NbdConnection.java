package io.blocktail.deploy.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/// What goes over the wire: fixed newstyle negotiation with GO, requests, simple replies. One
/// thread may send while another receives.
public final class NbdConnection implements AutoCloseable {
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

  /// What a request asks for; the codes are the protocol's.
  enum Command {
    READ(0),
    WRITE(1),
    DISCONNECT(2),
    FLUSH(3),
    WRITE_ZEROES(6);

    private final short code;

    Command(int code) {
      this.code = (short) code;
    }
  }

  /// @param cookie of the request that is answered
  /// @param error of the protocol; 0 for none
  public record Reply(long cookie, int error) {}

  private final SocketChannel socket;
  private final long size;
  private final ByteBuffer header = ByteBuffer.allocateDirect(28);
  private final ByteBuffer reply = ByteBuffer.allocateDirect(16);

  private NbdConnection(SocketChannel socket, long size) {
    this.socket = socket;
    this.size = size;
  }

  /// @param server where it listens, on TCP or a Unix socket
  /// @throws NbdException when the server has no such export
  public static NbdConnection open(SocketAddress server, String export) throws IOException {
    var socket = SocketChannel.open(server);
    try {
      if (server instanceof InetSocketAddress) {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      return new NbdConnection(socket, negotiate(socket, export));
    } catch (IOException | RuntimeException e) {
      socket.close();
      throw e;
    }
  }

  /// @return the size of the export in bytes
  private static long negotiate(SocketChannel socket, String export) throws IOException {
    ByteBuffer greeting = receive(socket, ByteBuffer.allocate(18));
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
      ByteBuffer head = receive(socket, ByteBuffer.allocate(20));
      if (head.getLong() != OPTION_REPLY_MAGIC || head.getInt() != OPTION_GO) {
        throw new NbdException("the NBD server answers something that was not asked");
      }
      int type = head.getInt();
      int length = head.getInt();
      if (length < 0 || length > LONGEST_OPTION_REPLY) {
        throw new NbdException("the NBD server's answer claims %d bytes".formatted(length));
      }
      ByteBuffer data = receive(socket, ByteBuffer.allocate(length));
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

  /// Bytes of the export.
  public long size() {
    return size;
  }

  /// Sends a request without data.
  ///
  /// @param cookie given back by the reply
  void request(Command command, long cookie, long offset, int length) throws IOException {
    fillHeader(command, cookie, offset, length);
    send(socket, header);
  }

  /// Sends a write.
  ///
  /// @param cookie given back by the reply
  /// @param data all that remains in it is written
  public void write(long cookie, long offset, ByteBuffer data) throws IOException {
    fillHeader(Command.WRITE, cookie, offset, data.remaining());
    ByteBuffer[] both = {header, data};
    while (header.hasRemaining() || data.hasRemaining()) {
      socket.write(both);
    }
  }

  private void fillHeader(Command command, long cookie, long offset, int length) {
    header.clear().putInt(REQUEST_MAGIC).putShort((short) 0).putShort(command.code);
    header.putLong(cookie).putLong(offset).putInt(length).flip();
  }

  /// Waits for the next reply, whichever request it answers. That of a read without error is
  /// followed by its data: see [#data].
  public Reply reply() throws IOException {
    receive(socket, reply.clear());
    if (reply.getInt() != REPLY_MAGIC) {
      throw new NbdException("the NBD server's reply has a wrong magic");
    }
    int error = reply.getInt();
    return new Reply(reply.getLong(), error);
  }

  /// Fills what remains of the buffer with a read's data.
  void data(ByteBuffer into) throws IOException {
    fill(socket, into);
  }

  private static void send(SocketChannel socket, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  private static ByteBuffer receive(SocketChannel socket, ByteBuffer into) throws IOException {
    fill(socket, into);
    return into.flip();
  }

  private static void fill(SocketChannel socket, ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException("the NBD server closed the connection");
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (socket) {
      request(Command.DISCONNECT, 0, 0, 0);
    }
  }
}
