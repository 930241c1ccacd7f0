package io.blocktail.deploy.system;

import io.blocktail.deploy.system.NbdConnection.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes of several clients at once, each with a connection of its own and many requests in
/// flight: unaligned, of 1 byte to some 10 KiB, data, zeros and trims, some with FUA. The volume is
/// dealt out to the clients in pieces that end anywhere, so that they write to the same blocks all
/// the time, but never to the same bytes. A client that loses its connection comes back.
final class WriteLoad implements AutoCloseable {
  private static final int CLIENTS = 4;
  private static final int IN_FLIGHT = 24;
  private static final int LONGEST_PIECE = 12_000;
  private static final int FUA = 1;
  private static final long RECONNECT_MILLIS = 50;

  /// A part of the volume that one client alone writes to.
  private record Piece(int offset, int length) {}

  /// A request that was sent.
  ///
  /// @param nanos when
  private record Sent(int number, int offset, byte[] data, long nanos) {}

  private final int port;
  private final String export;
  private final Expected expected;
  private final long bytesPerSecond;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicLong acknowledgedBytes = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  /// When the last answer came, and the longest time without one, in ns.
  private final AtomicLong lastAnswer = new AtomicLong(System.nanoTime());

  private final AtomicLong longestSilence = new AtomicLong();

  /// The longest time from a request to its answer, in ns.
  private final AtomicLong slowest = new AtomicLong();

  private volatile boolean stopping;

  private WriteLoad(int port, String export, Expected expected, long bytesPerSecond) {
    this.port = port;
    this.export = export;
    this.expected = expected;
    this.bytesPerSecond = bytesPerSecond;
  }

  /// @param bytesPerSecond of all clients together
  static WriteLoad start(
      RunningSystem system, String volume, Expected expected, long bytesPerSecond, long seed) {
    var load = new WriteLoad(system.nbdPort(), volume, expected, bytesPerSecond);
    var random = new Random(seed);
    List<List<Piece>> dealt = deal(expected.size(), random);
    for (int i = 0; i < CLIENTS; i++) {
      List<Piece> own = dealt.get(i);
      var client = new Random(random.nextLong());
      load.threads.add(Thread.ofPlatform().name("load-" + i).start(() -> load.run(own, client)));
    }
    return load;
  }

  private static List<List<Piece>> deal(int size, Random random) {
    var dealt = new ArrayList<List<Piece>>();
    for (int i = 0; i < CLIENTS; i++) {
      dealt.add(new ArrayList<>());
    }
    int next = 0;
    for (int at = 0; at < size; next++) {
      int length = Math.min(size - at, 1 + random.nextInt(LONGEST_PIECE));
      dealt.get(next % CLIENTS).add(new Piece(at, length));
      at += length;
    }
    return dealt;
  }

  private void run(List<Piece> own, Random random) {
    int number = 0;
    try {
      while (!stopping) {
        try (var connection = NbdConnection.open(port, export)) {
          number = new Client(connection, own, random).write(number);
        } catch (IOException e) {
          TimeUnit.MILLISECONDS.sleep(RECONNECT_MILLIS); // the server is away
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  /// One connection's work.
  private final class Client {
    private final NbdConnection connection;
    private final List<Piece> own;
    private final Random random;
    private final Map<Long, Sent> inFlight = new HashMap<>();
    private final Map<Piece, Long> busy = new HashMap<>();
    private final long began = System.nanoTime();
    private long bytes;

    Client(NbdConnection connection, List<Piece> own, Random random) {
      this.connection = connection;
      this.own = own;
      this.random = random;
    }

    /// Returns when the load is to stop, or the connection is gone.
    ///
    /// @param number of the last write before
    /// @return number of the last write now
    int write(int number) {
      int last = number;
      try {
        while (!stopping) {
          pace();
          Piece piece = own.get(random.nextInt(own.size()));
          while (inFlight.size() >= IN_FLIGHT || busy.containsKey(piece)) {
            settle();
          }
          send(++last, piece);
        }
        while (!inFlight.isEmpty()) {
          settle();
        }
      } catch (IOException gone) {
        inFlight.values().forEach(sent -> expected.lose(sent.number(), sent.offset(), sent.data()));
      }
      return last;
    }

    /// Not faster than its share; while it waits it has nothing to lose.
    private void pace() {
      long due = began + bytes * 1_000_000_000L / (bytesPerSecond / CLIENTS);
      LockSupport.parkNanos(due - System.nanoTime());
    }

    private void send(int number, Piece piece) throws IOException {
      int from = random.nextInt(piece.length());
      int length = 1 + random.nextInt(piece.length() - from);
      byte[] data = new byte[length];
      Command command =
          switch (random.nextInt(12)) {
            case 0 -> Command.ZERO;
            case 1 -> Command.TRIM;
            default -> Command.WRITE;
          };
      if (command == Command.WRITE) {
        random.nextBytes(data);
      }
      int flags = random.nextInt(50) == 0 ? FUA : 0;
      int offset = piece.offset() + from;
      var sent = new Sent(number, offset, data, System.nanoTime());
      ByteBuffer payload = ByteBuffer.wrap(data).limit(command == Command.WRITE ? length : 0);
      inFlight.put(-1L, sent); // what fails half-way is lost, too
      long cookie = connection.request(command, flags, offset, length, payload);
      inFlight.remove(-1L);
      inFlight.put(cookie, sent);
      busy.put(piece, cookie);
      bytes += length;
    }

    private void settle() throws IOException {
      NbdConnection.Reply reply = connection.reply();
      Sent sent = inFlight.remove(reply.cookie());
      if (sent == null) {
        throw new AssertionError("an answer to nothing that was asked: " + reply);
      }
      busy.values().remove(reply.cookie());
      if (reply.error() != 0) {
        expected.lose(sent.number(), sent.offset(), sent.data());
        throw new AssertionError(
            "error %d to write %d at %d".formatted(reply.error(), sent.number(), sent.offset()));
      }
      expected.acknowledge(sent.number(), sent.offset(), sent.data());
      acknowledged.incrementAndGet();
      acknowledgedBytes.addAndGet(sent.data().length);
      long now = System.nanoTime();
      longestSilence.accumulateAndGet(now - lastAnswer.getAndSet(now), Math::max);
      slowest.accumulateAndGet(now - sent.nanos(), Math::max);
    }
  }

  /// How many writes were acknowledged so far.
  long acknowledged() {
    return acknowledged.get();
  }

  long acknowledgedBytes() {
    return acknowledgedBytes.get();
  }

  /// The longest time in which no client got an answer, in ms.
  long longestSilenceMillis() {
    long silence = longestSilence.get();
    return TimeUnit.NANOSECONDS.toMillis(Math.max(silence, System.nanoTime() - lastAnswer.get()));
  }

  /// The longest time from a request to its answer, in ms.
  long slowestMillis() {
    return TimeUnit.NANOSECONDS.toMillis(slowest.get());
  }

  /// Measures silence and slowness anew.
  void forgetDelays() {
    slowest.set(0);
    longestSilence.set(0);
  }

  /// Stops the clients, each after the answers to all that it has sent.
  void stop() throws InterruptedException {
    stopping = true;
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a client failed", failed);
    }
  }

  @Override
  public void close() throws InterruptedException {
    stop();
  }
}
