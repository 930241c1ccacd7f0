package io.blocktail.deploy.system;

import io.blocktail.deploy.system.NbdConnection.Command;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// Clients that write whole blocks under a [BlockOracle] as fast as they are served, with many
/// requests in flight, until their server is killed. Neighbouring blocks are different clients'.
final class BlockWriters {
  private static final int CLIENTS = 4;
  private static final int IN_FLIGHT = 24;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private final BlockOracle oracle;
  private final List<Thread> threads = new ArrayList<>();
  private final AtomicInteger acknowledged = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private BlockWriters(BlockOracle oracle) {
    this.oracle = oracle;
  }

  static BlockWriters start(int port, String export, BlockOracle oracle, long seed)
      throws IOException {
    var writers = new BlockWriters(oracle);
    var random = new Random(seed);
    for (int i = 0; i < CLIENTS; i++) {
      int client = i;
      var own = new Random(random.nextLong());
      NbdConnection connection = NbdConnection.open(port, export);
      writers.threads.add(
          Thread.ofPlatform()
              .name("writer-" + i)
              .start(() -> writers.run(connection, client, own)));
    }
    return writers;
  }

  int acknowledged() {
    return acknowledged.get();
  }

  private void run(NbdConnection connection, int client, Random random) {
    Map<Long, Integer> inFlight = new HashMap<>();
    try (connection) {
      while (true) {
        int block = client + CLIENTS * random.nextInt(oracle.blocks() / CLIENTS);
        while (inFlight.size() >= IN_FLIGHT || inFlight.containsValue(block)) {
          settle(connection, inFlight);
        }
        int flags = random.nextInt(100) == 0 ? 1 : 0; // FUA
        long offset = (long) block * BlockOracle.BLOCK;
        inFlight.put(
            connection.request(Command.WRITE, flags, offset, BlockOracle.BLOCK, oracle.next(block)),
            block);
        if (random.nextInt(60) == 0) {
          inFlight.put(connection.request(Command.FLUSH, 0, 0, 0, NOTHING), -1);
        }
      }
    } catch (IOException _) {
      // The server is gone: what is in flight stays asked for, and was not acknowledged.
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
    }
  }

  private void settle(NbdConnection connection, Map<Long, Integer> inFlight) throws IOException {
    NbdConnection.Reply reply = connection.reply();
    if (reply.error() != 0) {
      throw new AssertionError("error " + reply.error());
    }
    Integer block = inFlight.remove(reply.cookie());
    if (block == null) {
      throw new AssertionError("an answer to nothing that was asked: " + reply);
    }
    if (block >= 0) {
      oracle.acknowledge(block);
      acknowledged.incrementAndGet();
    }
  }

  /// Waits until all have noticed that their server is gone.
  void awaitEnd() throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
    Throwable failed = failure.get();
    if (failed != null) {
      throw new AssertionError("a client failed", failed);
    }
  }
}
