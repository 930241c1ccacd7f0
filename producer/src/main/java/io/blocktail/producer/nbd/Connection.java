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
  private final Exports exports;
  private final Buffers.Pool pool;
  private final Connections all;

  /// Changed only under this.
  private volatile Phase phase = Phase.HANDSHAKE;

  /// @param peer the client's address, as in `127.0.0.1:51234` or `unix#3`
  /// @param all where this one leaves when it ends
  Connection(
      SocketChannel channel, String peer, Exports exports, Buffers.Pool pool, Connections all) {
    this.channel = channel;
    this.peer = peer;
    this.exports = exports;
    this.pool = pool;
    this.all = all;
  }

  @Override
  public void run() {
    try (channel) {
      var wire = new PlainWire(channel);
      Session session = new Handshake(wire, exports, this::isEnding).negotiate();
      if (session != null) {
        use(session, wire);
      }
    } catch (ProtocolException e) {
      LOG.infof("nbd %s was closed: %s", peer, e.getMessage());
    } catch (ClosedChannelException e) {
      LOG.debugf("nbd %s was cut off", peer);
    } catch (IOException e) {
      LOG.infof("nbd %s is lost: %s", peer, e.getMessage());
    } catch (RuntimeException | Error e) {
      LOG.errorf(e, "nbd %s was closed by an error of this program", peer);
    } finally {
      all.leave(this);
    }
  }

  private void use(Session session, Wire wire) throws IOException {
    Export export = session.export();
    if (!export.users().enter(this)) {
      return; // removed since it was chosen
    }
    try {
      if (startTransmission()) {
        transmit(session, wire);
      }
    } finally {
      export.users().leave(this);
    }
  }

  private void transmit(Session session, Wire wire) throws IOException {
    LOG.infof("nbd %s uses export %s", peer, session.export().name());
    Buffers buffers = pool.take();
    try {
      new Transmission(session, "nbd " + peer, wire, buffers, this::isEnding).run();
    } finally {
      pool.giveBack(buffers);
    }
    LOG.infof("nbd %s has left export %s", peer, session.export().name());
  }

  private boolean isEnding() {
    return phase == Phase.ENDING;
  }

  private synchronized boolean startTransmission() {
    if (phase != Phase.HANDSHAKE) {
      return false;
    }
    phase = Phase.TRANSMISSION;
    return true;
  }

  /// Ends it once it has answered what it has begun: nothing more arrives from now on.
  synchronized void finish() {
    switch (phase) {
      case HANDSHAKE, TRANSMISSION -> {
        phase = Phase.ENDING;
        try {
          channel.shutdownInput();
        } catch (IOException e) {
          cut(); // the client has gone, so there is nobody to answer
        }
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
