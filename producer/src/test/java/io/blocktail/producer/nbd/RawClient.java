package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SocketChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/// An NBD client that sends exactly what it is told, and checks nothing but the shape of replies.
public final class RawClient implements AutoCloseable {
  public static final int FLAGS = 3;

  record OptionReply(int option, int type, byte[] data) {
    String text() {
      return new String(data, UTF_8);
    }
  }

  record Reply(int error, long cookie, byte[] data) {}

  private final SocketChannel channel;
  private ReadableByteChannel in;
  private WritableByteChannel out;
  private @Nullable SSLSocket tls;

  private RawClient(SocketAddress address) throws IOException {
    this.channel = SocketChannel.open(address);
    this.in = channel;
    this.out = channel;
  }

  public static RawClient tcp(int port) throws IOException {
    return new RawClient(new InetSocketAddress("127.0.0.1", port));
  }

  static RawClient unix(Path socket) throws IOException {
    return new RawClient(UnixDomainSocketAddress.of(socket));
  }

  /// Takes the server's greeting and sends client flags.
  public RawClient greet(int flags) throws IOException {
    ByteBuffer greeting = read(18);
    if (greeting.getLong() != 0x4e42444d41474943L || greeting.getLong() != 0x49484156454F5054L) {
      throw new IOException("not a greeting");
    }
    return send(ByteBuffer.allocate(4).putInt(flags));
  }

  /// Asks for TLS and starts it, with the JDK's own socket.
  public RawClient startTls(SSLContext context, String... protocols) throws IOException {
    option(5);
    OptionReply reply = optionReply();
    if (reply.type() != 1) {
      throw new IOException("no TLS: " + reply.text());
    }
    return handshake(context, protocols);
  }

  /// Starts TLS without having asked. Only over TCP.
  RawClient handshake(SSLContext context, String... protocols) throws IOException {
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(channel.socket(), "localhost", 1, true);
    if (protocols.length > 0) {
      socket.setEnabledProtocols(protocols);
    }
    socket.startHandshake();
    tls = socket;
    in = Channels.newChannel(socket.getInputStream());
    out = Channels.newChannel(socket.getOutputStream());
    return this;
  }

  public SSLSocket tls() {
    return Objects.requireNonNull(tls, "TLS was not started");
  }

  /// Chooses an export with GO and takes all that the server says to it.
  ///
  /// @return the export's size
  long go(String export) throws IOException {
    greet(FLAGS);
    return choose(export);
  }

  /// As [#go], after the greeting.
  long choose(String export) throws IOException {
    option(7, infoRequest(export));
    long size = -1;
    while (true) {
      OptionReply reply = optionReply();
      if (reply.type() == 1) {
        return size;
      } else if (reply.type() != 3) {
        throw new IOException("refused: " + reply.text());
      }
      ByteBuffer data = ByteBuffer.wrap(reply.data());
      if (data.getShort() == 0) {
        size = data.getLong();
      }
    }
  }

  static byte[] infoRequest(String export, int... kinds) {
    byte[] name = export.getBytes(UTF_8);
    var data = ByteBuffer.allocate(4 + name.length + 2 + 2 * kinds.length);
    data.putInt(name.length).put(name).putShort((short) kinds.length);
    for (int kind : kinds) {
      data.putShort((short) kind);
    }
    return data.array();
  }

  void option(int option, byte... data) throws IOException {
    optionHeader(option, data.length);
    send(ByteBuffer.wrap(data).position(data.length));
  }

  void optionHeader(int option, int length) throws IOException {
    send(ByteBuffer.allocate(16).putLong(0x49484156454F5054L).putInt(option).putInt(length));
  }

  OptionReply optionReply() throws IOException {
    ByteBuffer header = read(20);
    if (header.getLong() != 0x3e889045565a9L) {
      throw new IOException("not a reply to an option");
    }
    int option = header.getInt();
    int type = header.getInt();
    return new OptionReply(option, type, read(header.getInt()).array());
  }

  static ByteBuffer header(int flags, int command, long cookie, long offset, long length) {
    return ByteBuffer.allocate(28)
        .putInt(0x25609513)
        .putShort((short) flags)
        .putShort((short) command)
        .putLong(cookie)
        .putLong(offset)
        .putInt((int) length);
  }

  void request(int flags, int command, long cookie, long offset, long length) throws IOException {
    send(header(flags, command, cookie, offset, length));
  }

  void write(int flags, long cookie, long offset, byte[] data) throws IOException {
    ByteBuffer header = header(flags, 1, cookie, offset, data.length).flip();
    send(ByteBuffer.allocate(28 + data.length).put(header).put(data));
  }

  /// Takes a reply.
  ///
  /// @param length of the data that comes with it if there was no error
  Reply reply(int length) throws IOException {
    ByteBuffer header = read(16);
    if (header.getInt() != 0x67446698) {
      throw new IOException("not a reply");
    }
    int error = header.getInt();
    return new Reply(error, header.getLong(), read(error == 0 ? length : 0).array());
  }

  byte[] readBack(long offset, int length) throws IOException {
    request(0, 0, 99, offset, length);
    return reply(length).data();
  }

  /// Sends what was put into the buffer.
  RawClient send(ByteBuffer data) throws IOException {
    return send(data, out);
  }

  /// Sends it past TLS.
  RawClient sendInTheOpen(ByteBuffer data) throws IOException {
    return send(data, channel);
  }

  private RawClient send(ByteBuffer data, WritableByteChannel out) throws IOException {
    data.flip();
    while (data.hasRemaining()) {
      out.write(data);
    }
    return this;
  }

  ByteBuffer read(int length) throws IOException {
    var data = ByteBuffer.allocate(length);
    while (data.hasRemaining()) {
      if (in.read(data) < 0) {
        throw new EOFException("the server closed the connection");
      }
    }
    return data.flip();
  }

  /// Whether the server closes the connection without another word but TLS's goodbye.
  boolean isClosed() throws IOException {
    try {
      return in.read(ByteBuffer.allocate(1)) < 0;
    } catch (SocketException e) {
      return true; // reset
    }
  }

  /// Takes what comes past TLS until the connection ends: the kinds of the records, which TLS 1.2
  /// shows. The JDK's socket does not tell a goodbye from an end without one.
  List<Integer> recordsToTheEnd() throws IOException {
    var kinds = new ArrayList<Integer>();
    var header = ByteBuffer.allocate(5);
    while (channel.read(header) >= 0) {
      if (!header.hasRemaining()) {
        kinds.add((int) header.get(0));
        var content = ByteBuffer.allocate(Short.toUnsignedInt(header.getShort(3)));
        while (content.hasRemaining() && channel.read(content) >= 0) {
          // what it was does not matter
        }
        header.clear();
      }
    }
    return kinds;
  }

  /// Takes what comes until the connection ends, from whichever side.
  void drain() {
    var data = ByteBuffer.allocate(8192);
    try {
      while (in.read(data.clear()) >= 0) {
        // what it was does not matter
      }
    } catch (IOException e) {
      // this is an end, too
    }
  }

  /// Says that nothing more will be sent.
  void endOfRequests() throws IOException {
    channel.shutdownOutput();
  }

  /// Without TLS's goodbye.
  @Override
  public void close() throws IOException {
    channel.close();
  }
}
