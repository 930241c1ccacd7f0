package io.blocktail.producer.pull;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An export of another NBD server, for reading. A connection that broke is made anew by the next
/// call. Safe for many threads, which take turns.
final class RemoteExport implements BlockDevice {
  static final String ALLOCATION = "base:allocation";
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int REQUEST_MAGIC = 0x25609513;
  private static final int CHUNK_MAGIC = 0x668e33ef;
  private static final int READ = 0;
  private static final int DISCONNECT = 2;
  private static final int BLOCK_STATUS = 7;
  private static final int DONE = 1;
  private static final int NONE = 0;
  private static final int ERROR = 1 << 15;
  private static final int LONGEST_MESSAGE = 4096;
  private static final int ZEROS = 2;
  private static final int DIRTY = 1;

  /// How much is asked about at once.
  private static final int SPAN = 1 << 30;

  private record Connection(Peer peer, Negotiation.Agreed agreed) {}

  private final NbdUri server;
  private final List<String> contexts;
  private final long size;
  private @Nullable Connection connection;
  private long cookie;

  private RemoteExport(NbdUri server, List<String> contexts, Connection connection) {
    this.server = server;
    this.contexts = contexts;
    this.connection = connection;
    this.size = connection.agreed().size();
  }

  /// @param contexts that the server must have
  static RemoteExport open(NbdUri server, List<String> contexts) throws IOException {
    return new RemoteExport(server, contexts, connect(server, contexts));
  }

  private static Connection connect(NbdUri server, List<String> contexts) throws IOException {
    Peer peer = null;
    try {
      peer = Peer.connect(server, PATIENCE);
      Negotiation.Agreed agreed = Negotiation.agree(peer, server.export(), contexts);
      for (String context : contexts) {
        if (!agreed.contexts().containsKey(context)) {
          throw new IOException(lacks(context));
        }
      }
      return new Connection(peer, agreed);
    } catch (IOException e) {
      try (var _ = peer) {
        throw new IOException("%s: %s".formatted(server, said(e)), e);
      }
    }
  }

  private static String lacks(String context) {
    return context.equals(ALLOCATION)
        ? "the server does not tell what is zeros (base:allocation)"
        : "the server has no %s: name one that it exports (qemu-nbd --bitmap=NAME), or have it made (qemu-img bitmap --add)"
            .formatted(context);
  }

  private static String said(IOException e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }

  private Connection connection() throws IOException {
    Connection now = connection;
    if (now == null) {
      now = connect(server, contexts);
      if (now.agreed().size() != size) {
        try (var _ = now.peer()) {
          throw new IOException(
              "%s: it has %d bytes now, and had %d".formatted(server, now.agreed().size(), size));
        }
      }
      connection = now;
    }
    return now;
  }

  @FunctionalInterface
  private interface Talk {
    void with(Connection connection) throws IOException;
  }

  private synchronized void talk(Talk talk) throws IOException {
    Connection now = connection();
    try {
      talk.with(now);
    } catch (IOException e) {
      connection = null; // what comes next on it is not known
      try (var _ = now.peer()) {
        throw new IOException("%s: %s".formatted(server, said(e)), e);
      }
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    talk(now -> {
      int length = into.remaining();
      request(now.peer(), READ, offset, length);
      receive(now.peer(), new Content(into, offset, length));
      into.position(into.limit());
    });
  }

  /// Which blocks of `unit` bytes are dirty.
  BitSet dirty(String bitmap, int unit) throws IOException {
    var dirty = new BitSet();
    for (long at = 0; at < size; ) {
      at +=
          extents(
              bitmap,
              at,
              Math.min(SPAN, size - at),
              (offset, length, flags) -> {
                if ((flags & DIRTY) != 0) {
                  dirty.set((int) (offset / unit), (int) ((offset + length - 1) / unit) + 1);
                }
              });
    }
    return dirty;
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    return alike(offset, length, true);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    return alike(offset, length, false);
  }

  /// How many bytes from the offset on read as zeros, or do not.
  private long alike(long offset, long length, boolean zeros) throws IOException {
    var end = new long[] {offset};
    long _ =
        extents(
            ALLOCATION,
            offset,
            length,
            (at, extent, flags) -> {
              if (at == end[0] && ((flags & ZEROS) != 0) == zeros) {
                end[0] += extent;
              }
            });
    // What has become data since it was asked for is read as data.
    return zeros ? end[0] - offset : Math.max(end[0] - offset, Math.min(length, 4096));
  }

  /// @return how many bytes the answer is about, at least one
  private long extents(String context, long offset, long length, Status.Extents extents)
      throws IOException {
    var about = new long[1];
    talk(now -> {
      int id = Objects.requireNonNull(now.agreed().contexts().get(context));
      request(now.peer(), BLOCK_STATUS, offset, length);
      var status = new Status(id, offset, length, extents);
      receive(now.peer(), status);
      about[0] = status.told();
    });
    return about[0];
  }

  private void request(Peer peer, int command, long offset, long length) throws IOException {
    cookie++;
    var request = ByteBuffer.allocate(28).putInt(REQUEST_MAGIC).putShort((short) 0);
    request.putShort((short) command).putLong(cookie).putLong(offset).putInt((int) length);
    peer.send(request.flip());
  }

  private void receive(Peer peer, Answer answer) throws IOException {
    boolean done;
    String failure = null;
    do {
      ByteBuffer head = peer.receive(20);
      if (head.getInt() != CHUNK_MAGIC) {
        throw new IOException("the NBD server sends no structured reply");
      }
      done = (head.getShort() & DONE) != 0;
      int type = head.getShort() & 0xffff;
      if (head.getLong() != cookie) {
        throw new IOException("the NBD server answers a request that was not made");
      }
      long length = head.getInt() & 0xffff_ffffL;
      if ((type & ERROR) != 0) {
        failure = error(peer, length);
      } else if (type != NONE || length != 0) {
        answer.chunk(peer, type, length);
      }
    } while (!done);
    if (failure != null) {
      throw new IOException(failure);
    }
    answer.end();
  }

  private static String error(Peer peer, long length) throws IOException {
    if (length < 6 || length > LONGEST_MESSAGE) {
      throw new IOException("the NBD server's error claims %d bytes".formatted(length));
    }
    ByteBuffer payload = peer.receive((int) length);
    int code = payload.getInt();
    int text = Math.min(payload.getShort() & 0xffff, payload.remaining());
    return "the NBD server answers error %d: %s"
        .formatted(code, StandardCharsets.UTF_8.decode(payload.slice(payload.position(), text)));
  }

  @Override
  public void write(ByteBuffer from, long offset) {
    throw new AssertionError("somebody else's export is never written");
  }

  @Override
  public void zero(long offset, long length) {
    throw new AssertionError("somebody else's export is never written");
  }

  @Override
  public void force() {
    throw new AssertionError("somebody else's export is never forced");
  }

  @Override
  public synchronized void close() throws IOException {
    Connection now = connection;
    connection = null;
    if (now != null) {
      try (var peer = now.peer()) {
        request(peer, DISCONNECT, 0, 0);
      } catch (IOException e) {
        // the server is gone already
      }
    }
  }

  @Override
  public String toString() {
    return server.toString();
  }
}
