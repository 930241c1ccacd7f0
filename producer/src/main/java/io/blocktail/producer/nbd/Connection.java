package io.blocktail.producer.nbd;

import java.io.IOException;
import java.net.ProtocolException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import org.jboss.logging.Logger;

/// One client, from its arrival to its end, on one thread. Other threads end it through its socket
/// alone: an interrupt would close the files that it is writing to.
final class Connection implements Runnable {
  private static final Logger LOG = Logger.getLogger(Connection.class);

  /// Before the client has chosen an export nothing is lost when the socket is closed at any time.
  private enum Phase {
    HANDSHAKE,
    TRANSMISSION,
    ENDING
  }

  private final SocketChannel channel;
  private final String peer;
  private final Terms terms;
  private final Service service;
  private final Farewell farewell;

  /// What carries the bytes; only the connection's thread uses it.
  private Wire wire;

  /// Guarded by this.
  private Phase phase = Phase.HANDSHAKE;

  /// @param peer the client's address, as in `127.0.0.1:51234` or `unix#3`
  /// @param service has the others, where this one leaves when it ends
  Connection(SocketChannel channel, String peer, Terms terms, Service service) {
    this.channel = channel;
    this.peer = peer;
    this.terms = terms;
    this.service = service;
    this.farewell = new Farewell(channel, service.timer(), service.limits().farewell());
    this.wire = new PlainWire(channel);
  }

  @Override
  public void run() {
    try (channel) {
      serve();
    } catch (ProtocolException e) {
      LOG.infof("nbd %s was closed: %s", peer, e.getMessage());
    } catch (ClosedChannelException e) {
      LOG.debugf("nbd %s was cut off", peer);
    } catch (IOException e) {
      LOG.infof("nbd %s is lost: %s", peer, e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "nbd %s was closed by an error of this program", peer);
    } finally {
      service.connections().leave(this);
    }
  }

  private void serve() throws IOException {
    try {
      Session session = new Handshake(wire, service.exports(), terms, this::startTls).negotiate();
      if (session != null) {
        use(session);
      }
    } finally {
      wire.end();
    }
  }

  private Wire startTls() throws IOException {
    TlsEngines engines = service.tls();
    if (engines == null) {
      throw new AssertionError("TLS was started where there is none");
    }
    wire = TlsWire.accept(wire, engines.engine());
    LOG.debugf("nbd %s speaks %s", peer, wire);
    return wire;
  }

  private void use(Session session) throws IOException {
    Export export = session.export();
    if (!export.users().enter(this)) {
      return; // removed since it was chosen
    }
    try {
      if (startTransmission()) {
        transmit(session);
      }
    } finally {
      export.users().leave(this);
    }
  }

  private void transmit(Session session) throws IOException {
    LOG.infof("nbd %s uses export %s", peer, session.export().name());
    Buffers buffers = service.pool().take();
    try {
      new Transmission(session, "nbd " + peer, wire, terms, buffers, farewell).run();
    } finally {
      service.pool().giveBack(buffers);
    }
    LOG.infof("nbd %s has left export %s", peer, session.export().name());
  }

  private synchronized boolean startTransmission() {
    if (phase != Phase.HANDSHAKE) {
      return false;
    }
    phase = Phase.TRANSMISSION;
    return true;
  }

  /// Ends it once it has answered what it has begun.
  synchronized void finish() {
    switch (phase) {
      case HANDSHAKE -> cut();
      case TRANSMISSION -> {
        phase = Phase.ENDING;
        farewell.begin();
      }
      case ENDING -> {}
    }
  }

  /// Ends it if it has not chosen an export by now.
  synchronized void expire() {
    if (phase == Phase.HANDSHAKE) {
      LOG.infof("nbd %s did not finish its handshake in time", peer);
      cut();
    }
  }

  /// Closes its socket, whatever it does. A device call in progress is not disturbed.
  synchronized void cut() {
    phase = Phase.ENDING;
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debugf(e, "nbd %s: closing its socket", peer);
    }
  }

  @Override
  public String toString() {
    return "nbd " + peer;
  }
}
