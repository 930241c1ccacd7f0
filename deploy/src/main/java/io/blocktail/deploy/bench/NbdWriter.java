package io.blocktail.deploy.bench;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// The little of an NBD client (doc/proto.md of the NBD project) that [LagProbe] needs: fixed
/// newstyle handshake, then writes and their simple replies. One thread may send while another
/// receives.
final class NbdWriter implements AutoCloseable {
  private static final long MAGIC = 0x4e42444d41474943L; // "NBDMAGIC"
  private static final long OPTION_MAGIC = 0x49484156454F5054L; // "IHAVEOPT"
  private static final int FIXED_AND_NO_ZEROES = 3;
  private static final int OPTION_EXPORT_NAME = 1;
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int REPLY_MAGIC = 0x67446698;
  private static final short COMMAND_WRITE = 1;
  private static final short COMMAND_DISCONNECT = 2;

  private final SocketChannel channel;
  private final ByteBuffer header = ByteBuffer.allocateDirect(28);
  private final ByteBuffer reply = ByteBuffer.allocateDirect(16);
  private final long size;

  NbdWriter(Path socket, String exportName) throws IOException {
    channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
    try {
      size = handshake(exportName);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /// Bytes of the export.
  long size() {
    return size;
  }

  private long handshake(String exportName) throws IOException {
    ByteBuffer greeting = receive(ByteBuffer.allocate(18));
    if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
      throw new IOException("the server does not greet as NBD's newstyle does");
    }
    if ((greeting.getShort() & FIXED_AND_NO_ZEROES) != FIXED_AND_NO_ZEROES) {
      throw new IOException("the server knows no fixed newstyle without zeroes");
    }
    byte[] name = exportName.getBytes(StandardCharsets.UTF_8);
    send(
        ByteBuffer.allocate(20 + name.length)
            .putInt(FIXED_AND_NO_ZEROES)
            .putLong(OPTION_MAGIC)
            .putInt(OPTION_EXPORT_NAME)
            .putInt(name.length)
            .put(name)
            .flip());
    return receive(ByteBuffer.allocate(10)).getLong();
  }

  /// @param cookie given back by the reply
  /// @param data all that remains in it is written
  void write(long cookie, long offset, ByteBuffer data) throws IOException {
    request(COMMAND_WRITE, cookie, offset, data.remaining());
    ByteBuffer[] both = {header, data};
    while (data.hasRemaining()) {
      channel.write(both);
    }
  }

  private void request(short command, long cookie, long offset, int length) {
    header
        .clear()
        .putInt(REQUEST_MAGIC)
        .putShort((short) 0)
        .putShort(command)
        .putLong(cookie)
        .putLong(offset)
        .putInt(length)
        .flip();
  }

  /// Waits for the next reply, whichever request it answers.
  ///
  /// @return its cookie
  long awaitReply() throws IOException {
    receive(reply.clear());
    int magic = reply.getInt();
    if (magic != REPLY_MAGIC) {
      throw new IOException("not a simple reply: %x".formatted(magic));
    }
    int error = reply.getInt();
    if (error != 0) {
      throw new IOException("the server answers a write with NBD error " + error);
    }
    return reply.getLong();
  }

  private void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private ByteBuffer receive(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (channel.read(bytes) < 0) {
        throw new EOFException("the NBD server closed the connection");
      }
    }
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    try (channel) {
      request(COMMAND_DISCONNECT, 0, 0, 0);
      send(header);
    }
  }
}
