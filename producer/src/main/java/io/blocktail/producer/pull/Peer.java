package io.blocktail.producer.pull;

import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;

/// A connection to a server that may say nothing for so long and no longer. For one thread at a
/// time.
final class Peer implements AutoCloseable {
  private final SocketChannel socket;
  private final Selector selector;
  private final SelectionKey key;
  private final Duration patience;

  private Peer(SocketChannel socket, Selector selector, SelectionKey key, Duration patience) {
    this.socket = socket;
    this.selector = selector;
    this.key = key;
    this.patience = patience;
  }

  static Peer connect(NbdUri server, Duration patience) throws IOException {
    boolean isTcp = server.socket().isEmpty();
    SocketChannel socket =
        isTcp ? SocketChannel.open() : SocketChannel.open(StandardProtocolFamily.UNIX);
    Selector selector = Selector.open();
    try {
      socket.configureBlocking(false);
      var key = socket.register(selector, SelectionKey.OP_CONNECT);
      var peer = new Peer(socket, selector, key, patience);
      if (!socket.connect(server.address())) {
        do {
          peer.await(SelectionKey.OP_CONNECT);
        } while (!socket.finishConnect());
      }
      if (isTcp) {
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      return peer;
    } catch (UnresolvedAddressException e) {
      close(socket, selector);
      throw new IOException("the host %s is not known".formatted(server.host()), e);
    } catch (IOException | RuntimeException e) {
      close(socket, selector);
      throw e;
    }
  }

  private static void close(SocketChannel socket, Selector selector) throws IOException {
    try (socket;
        selector) {
      // both are closed, whichever fails
    }
  }

  private void await(int operation) throws IOException {
    key.interestOps(operation);
    if (selector.select(patience.toMillis()) == 0) {
      throw new SocketTimeoutException(
          "the server has said nothing for %d s".formatted(patience.toSeconds()));
    }
    selector.selectedKeys().clear();
  }

  void send(ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      if (socket.write(bytes) == 0) {
        await(SelectionKey.OP_WRITE);
      }
    }
  }

  /// Fills what remains of the buffer.
  void fill(ByteBuffer into) throws IOException {
    while (into.hasRemaining()) {
      int n = socket.read(into);
      if (n < 0) {
        throw new EOFException("the server closed the connection");
      }
      if (n == 0) {
        await(SelectionKey.OP_READ);
      }
    }
  }

  /// @param length that the caller has judged
  ByteBuffer receive(int length) throws IOException {
    var bytes = ByteBuffer.allocate(length);
    fill(bytes);
    return bytes.flip();
  }

  @Override
  public void close() throws IOException {
    close(socket, selector);
  }
}
