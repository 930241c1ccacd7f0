package io.blocktail.producer.nbd;

import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import jdk.net.ExtendedSocketOptions;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A place where clients arrive: a TCP port or a Unix socket.
final class Listener implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Listener.class);
  private static final int BACKLOG = 128;

  /// How often a silent client is asked whether it is there.
  private static final int PROBES = 4;

  /// What `stat(2)` says of a file: the bits of its kind, and those of a socket.
  private static final int FILE_TYPE = 0170000;

  private static final int SOCKET = 0140000;

  /// Who receives clients.
  interface Reception {
    /// False when the client is not wanted.
    boolean take(SocketChannel client, String peer) throws IOException;
  }

  private final ServerSocketChannel channel;

  /// The file of a Unix socket; null for TCP.
  private final @Nullable Path file;

  private final Terms terms;
  private final Duration keepalive;

  /// How many clients came; only the accepting thread uses it.
  private long arrived;

  private Listener(
      ServerSocketChannel channel, @Nullable Path file, Terms terms, Duration keepalive) {
    this.channel = channel;
    this.file = file;
    this.terms = terms;
    this.keepalive = keepalive;
  }

  /// @throws IOException that names host and port when they cannot be had
  static Listener tcp(NbdConfig config) throws IOException {
    String host = config.host();
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new IOException("NBD: host %s is unknown".formatted(host), e);
    }
    if (!address.isLoopbackAddress()) {
      judgeRemote(config);
    }
    var channel = ServerSocketChannel.open();
    try {
      channel.bind(new InetSocketAddress(address, config.port()), BACKLOG);
      return new Listener(channel, null, config.tcp(), config.limits().keepalive());
    } catch (BindException e) {
      channel.close();
      throw new IOException(
          "NBD: port %d of %s cannot be had: %s".formatted(config.port(), host, e.getMessage()), e);
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static void judgeRemote(NbdConfig config) throws IOException {
    if (!config.remoteAllowed()) {
      throw new IOException(
          "NBD: host %s can be reached from other machines, and whoever connects reads and writes"
                  .formatted(config.host())
              + " every byte. Let nobody in without a certificate (blocktail.nbd.tls=required, and"
              + " a trust store in the TLS configuration), or set"
              + " blocktail.nbd.allow-insecure-remote=true");
    }
    if (!config.tls().knowsEveryone()) {
      LOG.warnf(
          "NBD at %s is open to every machine that reaches it, and none is asked for a certificate:"
              + " blocktail.nbd.allow-insecure-remote says so",
          config.host());
    }
  }

  /// Replaces the file that a dead server left.
  ///
  /// @throws IOException that names the file when it is not such a file, or a server listens there
  static Listener unix(Path file, NbdConfig config) throws IOException {
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      removeStale(file);
    }
    var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    try {
      channel.bind(UnixDomainSocketAddress.of(file), BACKLOG);
      return new Listener(channel, file, config.unix(), config.limits().keepalive());
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw new IOException("NBD: no socket at %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void removeStale(Path file) throws IOException {
    int mode = (int) Files.getAttribute(file, "unix:mode", LinkOption.NOFOLLOW_LINKS);
    if ((mode & FILE_TYPE) != SOCKET) {
      throw new IOException("NBD: %s exists and is not a socket".formatted(file));
    }
    try (var _ = SocketChannel.open(UnixDomainSocketAddress.of(file))) {
      throw new IOException("NBD: another server listens at %s".formatted(file));
    } catch (ConnectException e) {
      Files.delete(file); // refused: nobody has it open
    }
  }

  /// Waits for a client and hands it on; closes it if nobody wants it.
  ///
  /// @throws ClosedChannelException when this was closed, and only then
  void accept(Reception reception) throws IOException {
    SocketChannel client = channel.accept();
    boolean taken = false;
    try {
      taken = reception.take(client, prepare(client));
    } catch (ClosedChannelException e) {
      throw new IOException("the client was closed at once", e);
    } finally {
      if (!taken) {
        client.close();
      }
    }
  }

  /// How the client is called: its address, or its number.
  private String prepare(SocketChannel client) throws IOException {
    arrived++;
    if (file != null) {
      return "unix#" + arrived;
    }
    client.setOption(StandardSocketOptions.TCP_NODELAY, true);
    keepAlive(client);
    var address = (InetSocketAddress) client.getRemoteAddress();
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[%s]:%d" : "%s:%d").formatted(host, address.getPort());
  }

  /// The system's own times are hours.
  private void keepAlive(SocketChannel client) throws IOException {
    int seconds = Math.toIntExact(keepalive.toSeconds());
    client.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    client.setOption(ExtendedSocketOptions.TCP_KEEPIDLE, seconds);
    client.setOption(ExtendedSocketOptions.TCP_KEEPINTERVAL, seconds / PROBES);
    client.setOption(ExtendedSocketOptions.TCP_KEEPCOUNT, PROBES);
  }

  /// What those get who come here.
  Terms terms() {
    return terms;
  }

  /// The TCP port; 0 for a Unix socket.
  int port() throws IOException {
    return file == null ? ((InetSocketAddress) channel.getLocalAddress()).getPort() : 0;
  }

  /// The file goes first: as long as the socket listens nobody else can have taken its place.
  @Override
  public void close() throws IOException {
    try (channel) {
      if (file != null) {
        Files.deleteIfExists(file);
      }
    }
  }

  @Override
  public String toString() {
    return file == null ? "tcp" : file.toString();
  }
}
