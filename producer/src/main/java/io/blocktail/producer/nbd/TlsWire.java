package io.blocktail.producer.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jboss.logging.Logger;

/// TLS over another wire. How large its buffers are does not depend on anything that a client says:
/// a record longer than TLS allows is refused by its header. They are on the heap, where ciphers
/// work in place. Only the connection's thread uses it.
final class TlsWire implements Wire {
  private static final Logger LOG = Logger.getLogger(TlsWire.class);

  /// So many of the longest records are read or sent at once.
  private static final int RECORDS = 8;

  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final Wire under;
  private final SSLEngine engine;

  /// The longest record that the engine makes, in bytes.
  private final int record;

  /// What has arrived and was not opened yet, from its position to its limit.
  private final ByteBuffer arrived;

  /// What was opened and its reader had no room for, from its position to its limit.
  private final ByteBuffer opened;

  /// What is to be sent, up to its position.
  private final ByteBuffer sealed;

  private TlsWire(Wire under, SSLEngine engine) {
    this.under = under;
    this.engine = engine;
    this.record = engine.getSession().getPacketBufferSize();
    this.arrived = ByteBuffer.allocate(RECORDS * record).limit(0);
    this.opened = ByteBuffer.allocate(record).limit(0);
    this.sealed = ByteBuffer.allocate(RECORDS * record);
  }

  /// Takes a client through TLS's handshake. All that `under` still has must be TLS: nothing that
  /// came before is part of what is read here.
  ///
  /// @throws SSLException when the two do not come together; the client has been told why
  static TlsWire accept(Wire under, SSLEngine engine) throws IOException {
    var wire = new TlsWire(under, engine);
    try {
      wire.handshake();
    } catch (SSLException e) {
      wire.end();
      throw e;
    }
    return wire;
  }

  private void handshake() throws IOException {
    engine.beginHandshake();
    while (true) {
      switch (engine.getHandshakeStatus()) {
        case NEED_TASK -> runTasks();
        case NEED_WRAP -> {
          seal(NOTHING);
          send();
        }
        case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
          if (!open(NOTHING) && !receive()) {
            throw new EOFException("the client left in the middle of the TLS handshake");
          }
        }
        case NOT_HANDSHAKING, FINISHED -> {
          return;
        }
      }
    }
  }

  private void runTasks() {
    Runnable task = engine.getDelegatedTask();
    while (task != null) {
      task.run();
      task = engine.getDelegatedTask();
    }
  }

  /// A client that leaves without TLS's goodbye has left all the same: what it sent is whole
  /// requests or is thrown away.
  @Override
  public int read(ByteBuffer into) throws IOException {
    int start = into.position();
    while (true) {
      takeOpened(into);
      if (into.hasRemaining() && open(into)) {
        answer();
      } else if (into.position() > start) {
        return into.position() - start;
      } else if (engine.isInboundDone() || !receive()) {
        return -1;
      }
    }
  }

  private void takeOpened(ByteBuffer into) {
    int bytes = Math.min(opened.remaining(), into.remaining());
    into.put(into.position(), opened, opened.position(), bytes);
    into.position(into.position() + bytes);
    opened.position(opened.position() + bytes);
  }

  /// Opens one record, into `into` if it has room for it.
  ///
  /// @return false when no whole record has arrived, or none will
  private boolean open(ByteBuffer into) throws SSLException {
    SSLEngineResult result = engine.unwrap(arrived, into);
    if (result.getStatus() == Status.BUFFER_OVERFLOW) {
      opened.clear();
      result = engine.unwrap(arrived, opened);
      opened.flip();
    }
    return switch (result.getStatus()) {
      case OK -> true;
      case BUFFER_UNDERFLOW, CLOSED -> false;
      case BUFFER_OVERFLOW -> throw new AssertionError("a record of more than " + record);
    };
  }

  /// Says what the engine wants said to what it has opened, such as new keys. A new handshake,
  /// which TLS 1.2 would allow, is work without end that a client can ask for.
  private void answer() throws IOException {
    while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
      seal(NOTHING);
      send();
    }
    if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
      throw new ProtocolException("it wants a second TLS handshake");
    }
  }

  private boolean receive() throws IOException {
    arrived.compact();
    int bytes = under.read(arrived);
    arrived.flip();
    return bytes >= 0;
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      if (sealed.remaining() < record) {
        send();
      }
      seal(from);
    }
    send();
  }

  private void seal(ByteBuffer from) throws IOException {
    SSLEngineResult result = engine.wrap(from, sealed);
    if (result.getStatus() != Status.OK) {
      send();
      throw new IOException("the client has ended TLS");
    }
  }

  private void send() throws IOException {
    sealed.flip();
    under.write(sealed);
    sealed.clear();
  }

  /// So that a client can tell an end from a cut.
  @Override
  public void end() {
    engine.closeOutbound();
    try {
      while (!engine.isOutboundDone() && engine.wrap(NOTHING, sealed).bytesProduced() > 0) {
        send();
      }
    } catch (IOException e) {
      LOG.debugf("TLS's goodbye was not said: %s", e.getMessage());
    }
  }

  @Override
  public String toString() {
    return engine.getSession().getProtocol() + " with " + engine.getSession().getCipherSuite();
  }
}
