package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.sun.management.ThreadMXBean;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.junit.jupiter.api.Test;

/// Handshake and transmission against clients that send anything at all, in memory: nothing escapes
/// but an end of the connection, nothing that a client says sizes an allocation, nothing hangs, and
/// what the server says can be taken apart. A seed that fails is printed; `deploy/test NbdFuzz
/// --runs 1 --seed S` plays it again.
class NbdFuzzTest {
  static final int SIZE = 4 << 20;

  private static final int ROUND = 1000;

  /// Far below what the numbers in a request can say, and above what one session costs.
  private static final long MOST_ALLOCATED = 2 << 20;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Terms TERMS = new NbdConfig("localhost", 0, null).tcp();

  private final Farewell farewell;
  private final SparseMemory device = new SparseMemory(SIZE);
  private final Exports exports = new Exports();
  private final Buffers buffers = new Buffers.Pool().take();
  private final Map<Framing, Integer> served = new EnumMap<>(Framing.class);
  private final ByteBuffer room = ByteBuffer.allocate(4 << 20);
  private int broken;

  /// Nobody ever says farewell.
  NbdFuzzTest() throws IOException {
    var timer = new ScheduledThreadPoolExecutor(0);
    farewell = new Farewell(SocketChannel.open(), timer, Duration.ofSeconds(1));
  }

  private static Wire noTls() {
    throw new AssertionError("TLS was started where there is none");
  }

  @Test
  void whateverAClientSendsIsAnsweredOrEndsTheConnection() {
    long first = Long.getLong("suite.seed", 1);
    long runs = Long.getLong("suite.runs", 20_000);
    exports.add(new VolumeName("demo"), device, "", false, new FakeHistory(64 << 10, 0, 5, 9));
    exports.add(new VolumeName("fixed"), device, "", true, null);
    for (long seed = first; seed < first + runs; seed += ROUND) {
      long from = seed;
      long to = Math.min(seed + ROUND, first + runs);
      assertTimeoutPreemptively(Duration.ofMinutes(2), () -> playAll(from, to));
      tellProgress(to - first, runs);
    }
    if (runs >= ROUND) {
      assertThat(served).as("sessions that got as far as requests").hasSize(3);
      assertThat(served.values()).allMatch(count -> count > runs / 20);
      assertThat(broken).as("connections that were broken off").isGreaterThan((int) (runs / 50));
    }
  }

  private static void tellProgress(long done, long runs) {
    if (done % 100_000 == 0) {
      System.err.printf("%d of %d sessions%n", done, runs);
    }
  }

  private void playAll(long from, long to) {
    for (long seed = from; seed < to; seed++) {
      try {
        play(new Random(seed));
      } catch (RuntimeException | Error e) {
        throw new AssertionError("-Dsuite.seed=%d: %s".formatted(seed, e), e);
      }
    }
  }

  private void play(Random random) {
    device.clear();
    device.bad = random.nextInt(4) == 0 ? random.nextInt(SIZE) : -1;
    byte[] sent = FuzzSession.bytes(random, room);
    boolean dribbles = random.nextInt(4) == 0;
    var wire = new BytesWire(sent, most -> dribbles ? 1 + random.nextInt(most) : most);
    long before = THREADS.getCurrentThreadAllocatedBytes();
    Session session = null;
    int handshake = 0;
    boolean brokenOff = false;
    try {
      session = new Handshake(wire, exports, TERMS, NbdFuzzTest::noTls).negotiate();
      if (session != null) {
        handshake = wire.answered().limit();
        new Transmission(session, "fuzz", wire, TERMS, buffers, farewell).run();
      }
    } catch (IOException e) {
      brokenOff = true;
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before - wire.grown();
    assertThat(allocated).as("bytes allocated").isLessThan(MOST_ALLOCATED);
    broken += brokenOff ? 1 : 0;
    int end = AnswerCheck.handshake(wire.answered());
    if (session != null) {
      served.merge(session.framing(), 1, Integer::sum);
      // What answers EXPORT_NAME has no frame.
      assertThat(handshake - end).as("bytes of another answer").isIn(0, 10, 134);
      if (session.framing().chunks()) {
        AnswerCheck.chunks(wire.answered(), handshake, session.framing());
      }
    }
  }
}
