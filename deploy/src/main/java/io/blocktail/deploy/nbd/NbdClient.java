package io.blocktail.deploy.nbd;

import io.blocktail.deploy.nbd.NbdConnection.Command;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/// Reads and writes an export, with requests sent ahead of their replies. For one thread.
public final class NbdClient implements AutoCloseable {
  /// Writes that may wait for their reply. Their replies are small, so neither side can block on
  /// the other.
  private static final int WINDOW = 32;

  private final NbdConnection connection;

  /// What waits for a reply, by its cookie, in words for an error.
  private final Map<Long, String> waiting = new HashMap<>();

  private long cookie;

  private NbdClient(NbdConnection connection) {
    this.connection = connection;
  }

  /// See [NbdConnection#open].
  public static NbdClient connect(SocketAddress server, String export) throws IOException {
    return new NbdClient(NbdConnection.open(server, export));
  }

  /// In bytes.
  public long size() {
    return connection.size();
  }

  /// Reads into what remains of the buffer. Waits for the replies of all writes before.
  public void read(ByteBuffer into, long offset) throws IOException {
    drain();
    request(Command.READ, offset, into.remaining());
    receiveReply();
    connection.data(into);
  }

  /// Sends a write; its reply may come later, and an error with the next call.
  public void write(ByteBuffer from, long offset) throws IOException {
    makeRoom();
    connection.write(await(Command.WRITE, offset, from.remaining()), offset, from);
  }

  /// Sends a request for zeros, as [#write].
  public void zero(long offset, int length) throws IOException {
    makeRoom();
    request(Command.WRITE_ZEROES, offset, length);
  }

  /// Waits until everything written before is durable.
  public void flush() throws IOException {
    drain();
    request(Command.FLUSH, 0, 0);
    drain();
  }

  private void makeRoom() throws IOException {
    while (waiting.size() >= WINDOW) {
      receiveReply();
    }
  }

  private void drain() throws IOException {
    while (!waiting.isEmpty()) {
      receiveReply();
    }
  }

  private void request(Command command, long offset, int length) throws IOException {
    connection.request(command, await(command, offset, length), offset, length);
  }

  /// @return the cookie of a request that is about to be sent
  private long await(Command command, long offset, int length) {
    cookie++;
    waiting.put(cookie, "%s at %d+%d".formatted(command, offset, length));
    return cookie;
  }

  private void receiveReply() throws IOException {
    NbdConnection.Reply reply = connection.reply();
    String request = waiting.remove(reply.cookie());
    if (request == null) {
      throw new NbdException("the NBD server answers a request that was not made");
    }
    if (reply.error() != 0) {
      throw new NbdException(
          "the NBD server answers error %d to %s".formatted(reply.error(), request));
    }
  }

  @Override
  public void close() throws IOException {
    connection.close();
  }
}
