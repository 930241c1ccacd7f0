package io.blocktail.deploy.system;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The little of an NBD client (doc/proto.md of the NBD project) that a load needs which knows at
/// any moment what was acknowledged. For one thread; another one may close it.
final class NbdConnection implements AutoCloseable {
  private static final long MAGIC = 0x4e42444d41474943L; // "NBDMAGIC"
  private static final long OPTION_MAGIC = 0x49484156454F5054L; // "IHAVEOPT"
  private static final int FIXED_AND_NO_ZEROES = 3;
  private static final int OPTION_EXPORT_NAME = 1;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;

  /// What a request does to its range.
  enum Command {
    WRITE(1),
    FLUSH(3),
    TRIM(4),
    ZERO(6);

    private final short code;

    Command(int code) {
      this.code = (short) code;
    }
  }

  /// @param error 0, or one of NBD's
  record Reply(long cookie, int error) {}

  private final SocketChannel socket;
  private final ByteBuffer header = ByteBuffer.allocateDirect(28);
  private final ByteBuffer reply = ByteBuffer.allocateDirect(16);
  private long cookie;

  private NbdConnection(SocketChannel socket) {
    this.socket = socket;
  }

  static NbdConnection open(int port, String export) throws IOException {
    var socket = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
    try {
      socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      var connection = new NbdConnection(socket);
      connection.negotiate(export);
      return connection;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private void negotiate(String export) throws IOException {
    ByteBuffer greeting = receive(ByteBuffer.allocate(18));
    if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
      throw new IOException("not a newstyle NBD server");
    }
    byte[] name = export.getBytes(UTF_8);
    send(
        ByteBuffer.allocate(20 + name.length)
            .putInt(FIXED_AND_NO_ZEROES)
            .putLong(OPTION_MAGIC)
            .putInt(OPTION_EXPORT_NAME)
            .putInt(name.length)
            .put(name)
            .flip());
    receive(ByteBuffer.allocate(10));
  }

  /// Sends a request.
  ///
  /// @param data of a WRITE; else empty
  /// @return its cookie
  long request(Command command, int flags, long offset, int length, ByteBuffer data)
      throws IOException {
    cookie++;
    header.clear().putInt(REQUEST_MAGIC).putShort((short) flags).putShort(command.code);
    header.putLong(cookie).putLong(offset).putInt(length).flip();
    send(header);
    send(data);
    return cookie;
  }

  /// Waits for the next reply, to whichever request.
  Reply reply() throws IOException {
    receive(reply.clear());
    if (reply.getInt() != REPLY_MAGIC) {
      throw new IOException("not a reply");
    }
    int error = reply.getInt();
    return new Reply(reply.getLong(), error);
  }

  private void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      socket.write(bytes);
    }
  }

  private ByteBuffer receive(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      if (socket.read(into) < 0) {
        throw new EOFException("the server closed the connection");
      }
    }
    return into.flip();
  }

  /// At once, without a word: what is in flight may have been done or not.
  @Override
  public void close() throws IOException {
    socket.close();
  }
}
