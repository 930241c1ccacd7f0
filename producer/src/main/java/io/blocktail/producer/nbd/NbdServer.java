package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/// Takes in NBD clients. Each has a thread of its own named after it; one more thread waits at each
/// place where clients arrive, and one ends handshakes that take too long.
public final class NbdServer implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(NbdServer.class);

  private final NbdConfig config;
  private final Connections connections;
  private final Buffers.Pool pool = new Buffers.Pool();
  private final Service service;
  private final List<Listener> listeners = new ArrayList<>();
  private final List<Thread> acceptors = new ArrayList<>();
  private final int port;

  /// Discards what comes after its end.
  private final ScheduledThreadPoolExecutor timer =
      new ScheduledThreadPoolExecutor(
          1,
          Thread.ofPlatform().name("nbd-timer").daemon().factory(),
          new ThreadPoolExecutor.DiscardPolicy());

  private NbdServer(NbdConfig config, Exports exports) throws IOException {
    this.config = config;
    this.connections = new Connections(config.limits().maxConnections());
    this.service =
        new Service(exports, connections, pool, config.limits(), config.tls().engines(), timer);
    var tcp = Listener.tcp(config);
    listeners.add(tcp);
    this.port = tcp.port();
    Path socket = config.socket();
    if (socket != null) {
      try {
        listeners.add(Listener.unix(socket, config));
      } catch (IOException | RuntimeException e) {
        tcp.close();
        throw e;
      }
    }
  }

  /// Listens from when this returns on.
  ///
  /// @throws IOException that names the address that cannot be had
  public static NbdServer start(NbdConfig config, Exports exports) throws IOException {
    var server = new NbdServer(config, exports);
    for (Listener listener : server.listeners) {
      server.acceptors.add(
          Thread.ofPlatform()
              .name("nbd-accept-" + listener)
              .daemon()
              .start(() -> server.acceptAll(listener)));
    }
    LOG.infof(
        "NBD is served at nbd://%s:%d%s",
        config.host(), server.port, config.socket() == null ? "" : " and " + config.socket());
    return server;
  }

  /// The TCP port.
  public int port() {
    return port;
  }

  /// How many clients there are.
  public int connections() {
    return connections.count();
  }

  /// How many connections' buffers there are, in use or kept.
  int buffers() {
    return pool.made();
  }

  private void acceptAll(Listener listener) {
    while (true) {
      try {
        listener.accept((client, peer) -> admit(client, peer, listener.terms()));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.errorf("NBD at %s cannot take in a client: %s", listener, e.getMessage());
        if (!awaitRoom()) {
          return;
        }
      }
    }
  }

  /// What is lacking (file descriptors, memory) may be there again when a client has left.
  private boolean awaitRoom() {
    try {
      connections.awaitOneLeft(Duration.ofSeconds(1));
      return true;
    } catch (InterruptedException e) {
      LOG.error("NBD takes in no more clients: its thread was interrupted");
      return false;
    }
  }

  private boolean admit(SocketChannel client, String peer, Terms terms) {
    var connection = new Connection(client, peer, terms, service);
    if (!connections.enter(connection)) {
      LOG.warnf(
          "nbd %s is turned away: %d clients are the most", peer, config.limits().maxConnections());
      return false;
    }
    try {
      Thread.ofPlatform().name("nbd-" + peer).daemon().start(connection);
    } catch (OutOfMemoryError e) {
      LOG.errorf("nbd %s is turned away: %s", peer, e.getMessage());
      connections.leave(connection);
      return false;
    }
    var _ =
        timer.schedule(
            connection::expire, config.limits().handshakeTimeout().toNanos(), TimeUnit.NANOSECONDS);
    return true;
  }

  /// Takes in no more clients, and returns when all have had the answers to what was begun, or
  /// after twice [Connections#PATIENCE]. A client that is inside a device then stays there until
  /// the device lets it go; so who closes the device lets go of its callers.
  @Override
  public void close() throws IOException {
    close(Connections.PATIENCE);
  }

  void close(Duration patience) throws IOException {
    for (Listener listener : listeners) {
      listener.close();
    }
    awaitAcceptors();
    boolean _ = connections.end(patience);
    timer.shutdownNow();
  }

  /// A socket that is closed while a thread waits at it still takes in clients until that thread
  /// has noticed.
  private void awaitAcceptors() {
    try {
      for (Thread acceptor : acceptors) {
        acceptor.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
