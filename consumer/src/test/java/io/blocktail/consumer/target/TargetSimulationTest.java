package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.digest.DigestAnswer;
import io.blocktail.consumer.digest.ResyncAsk;
import io.blocktail.digest.Digest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Promises Prefix, Idempotent and Convergent: a target on random schedules, killed and powered off
/// between any two steps, over a stream that repeats itself. It is held against a byte array.
class TargetSimulationTest {
  private static final Geometry GEOMETRY =
      new Geometry(2 * (512 << 10) + 3 * Geometry.BLOCK, 512 << 10);
  private static final int RUNS = Integer.getInteger("suite.runs", 300);

  @Test
  void replicaEqualsTheSourceOnEverySchedule() throws IOException {
    runAll(false);
  }

  /// The end of the stream that a target finds after a crash may not be the one that it has
  /// applied.
  @Test
  void replicaEqualsTheSourceAlthoughTheStreamLosesItsEndWheneverATargetDies() throws IOException {
    runAll(true);
  }

  private static void runAll(boolean rough) throws IOException {
    int runs = rough ? RUNS / 2 : RUNS;
    Long only = Long.getLong("suite.seed");
    long first = only == null ? System.nanoTime() : only;
    for (long seed = first; seed < first + (only == null ? runs : 1); seed++) {
      try {
        new Schedule(seed, rough).run();
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("-Dsuite.seed=" + seed, e);
      }
    }
  }

  /// One schedule, drawn from a seed.
  private static final class Schedule {
    private final Random random;
    private final Source source = new Source(GEOMETRY);
    private final SimulatedStream stream = new SimulatedStream();
    private final Bench bench;

    /// Gap events that the source is about to send, between which others come.
    private final ArrayDeque<Runnable> gapWork = new ArrayDeque<>();

    /// What the publisher sends again, in this order and before anything new, since the stream has
    /// lost it.
    private final ArrayDeque<byte[]> unsent = new ArrayDeque<>();

    private final List<byte[]> formerOwners = new ArrayList<>();
    private final Map<Long, Digest> markers = new HashMap<>();
    private final boolean rough;

    /// Whether the publisher gets on; it may be slow to notice that the broker is back.
    private boolean publishing = true;

    private int asked;

    /// @param rough whether brokers and targets lose power all the time
    Schedule(long seed, boolean rough) throws IOException {
      random = new Random(seed);
      this.rough = rough;
      stream.batch = 1 + random.nextInt(20);
      bench = new Bench(stream);
      bench.reach = 5 + random.nextInt(60);
      bench.kill();
      if (!rough && random.nextBoolean()) {
        source.changeUnseen(0, bytes(GEOMETRY.chunkSize()));
        publish(source.epochEvent(ChunkSet.all(GEOMETRY)));
        feed(source.sequence, null, ChunkSet.all(GEOMETRY));
      } else {
        publish(source.epochEvent(ChunkSet.EMPTY));
      }
    }

    void run() throws IOException {
      for (int i = 0; i < 200; i++) {
        act();
        check();
      }
      settle();
    }

    private void act() {
      if (rough && random.nextInt(12) == 0) {
        switch (random.nextInt(4)) {
          case 0 -> bench.kill();
          case 1 -> bench.losePower(random);
          case 2 -> publishing = true;
          default -> {
            loseEnd();
            publishing = false;
          }
        }
      }
      switch (random.nextInt(20)) {
        case 0, 1, 2, 3, 4 -> change();
        case 5 -> mark();
        case 6 -> openGap();
        case 7, 8 -> repeat();
        case 9 -> bench.pass(Duration.ofSeconds(random.nextInt(8)));
        case 10, 11, 12 -> bench.target.checkpointStep(Duration.ZERO);
        case 13 -> disturb();
        case 14, 15 -> sendGapWork();
        case 16 -> sendAgain(random.nextInt(4));
        default -> bench.target.step(Duration.ZERO);
      }
      answerAsks();
    }

    private void disturb() {
      switch (random.nextInt(12)) {
        case 10, 11 -> loseEnd();
        case 0, 1 -> bench.kill();
        case 2, 3 -> bench.losePower(random);
        case 4 -> bench.restart();
        case 5 -> stream.goBack(random.nextInt(5));
        case 6 -> stream.electLeader();
        case 7 -> bench.target.watch();
        case 8 -> takeOver();
        default -> failOnce();
      }
    }

    /// The broker loses power. Often just when the target dies, too.
    private void loseEnd() {
      int kept = Math.max(1, stream.end() - random.nextInt(12));
      var again = new ArrayDeque<byte[]>(stream.cutTo(kept));
      again.addAll(unsent);
      unsent.clear();
      unsent.addAll(again);
      if (random.nextBoolean()) {
        bench.kill();
      }
    }

    private void sendAgain(int records) {
      for (int i = 0; i < records && !unsent.isEmpty(); i++) {
        stream.publish(unsent.removeFirst());
      }
    }

    /// The next write or force fails.
    private void failOnce() {
      var armed = new boolean[] {true};
      bench.disk.onFault((operation, file) -> {
        if (armed[0]) {
          armed[0] = false;
          throw new IOException("a simulated error of " + file);
        }
      });
    }

    private void change() {
      int chunk = random.nextInt(GEOMETRY.chunks());
      int blocks = GEOMETRY.chunkLength(chunk) / Geometry.BLOCK;
      int first = random.nextInt(Math.min(blocks, 6));
      int count = 1 + random.nextInt(Math.min(4, blocks - first));
      int offset = (int) GEOMETRY.chunkOffset(chunk) + first * Geometry.BLOCK;
      int length = count * Geometry.BLOCK;
      switch (random.nextInt(4)) {
        case 0 -> publish(source.zero(offset, length, random.nextBoolean()));
        default -> publish(source.write(offset, bytes(length)));
      }
    }

    private byte[] bytes(int length) {
      var bytes = new byte[length];
      Arrays.fill(bytes, (byte) random.nextInt());
      bytes[random.nextInt(length)] = (byte) random.nextInt();
      return bytes;
    }

    private void mark() {
      int chunk = random.nextInt(GEOMETRY.chunks());
      Digest digest = source.digest(chunk);
      publish(source.marker(chunk));
      markers.put(source.sequence, digest);
    }

    private void openGap() {
      var bits = new BitSet();
      for (int chunk = 0; chunk < GEOMETRY.chunks(); chunk++) {
        bits.set(chunk, random.nextBoolean());
      }
      if (bits.isEmpty()) {
        return;
      }
      TargetName target =
          random.nextBoolean() ? null : random.nextBoolean() ? Bench.SELF : Bench.OTHER;
      if (target == null) {
        bits.stream()
            .forEach(
                c -> source.changeUnseen((int) GEOMETRY.chunkOffset(c), bytes(Geometry.BLOCK)));
      }
      gap(target, ChunkSet.of(bits));
    }

    private void gap(@Nullable TargetName target, ChunkSet chunks) {
      publish(source.gap(target, chunks));
      feed(source.sequence, target, chunks);
    }

    /// A chunk that is not to be left over has all its BASE, sent under its lock; a gap may end
    /// with chunks left over.
    private void feed(long gap, @Nullable TargetName target, ChunkSet chunks) {
      chunks
          .indexes()
          .filter(chunk -> random.nextInt(8) != 0)
          .forEach(
              chunk -> gapWork.add(() -> source.base(gap, target, chunk).forEach(this::publish)));
      gapWork.add(() -> publish(source.whole(gap, target)));
    }

    private void sendGapWork() {
      if (!gapWork.isEmpty()) {
        gapWork.remove().run();
      }
    }

    private void answerAsks() {
      while (asked < bench.asks.size()) {
        ResyncAsk ask = bench.asks.get(asked++);
        ChunkSet chunks = ask.chunks();
        gapWork.add(
            chunks != null && chunks.isEmpty()
                ? () -> source.landmark(Bench.SELF, ask.id()).forEach(this::publish)
                : () -> gap(Bench.SELF, chunks == null ? ChunkSet.all(GEOMETRY) : chunks));
      }
    }

    /// The new owner has everything; the former one goes on sending for a while.
    private void takeOver() {
      int former = source.epoch;
      source.epoch++;
      publish(source.epochEvent(ChunkSet.EMPTY));
      for (int i = 0; i < 3; i++) {
        var late =
            new io.blocktail.event.Event(
                source.sequence + i,
                source.sequence + i - 1,
                former,
                0,
                "former owner",
                new io.blocktail.event.Body.Write(
                    0, java.nio.ByteBuffer.wrap(bytes(Geometry.BLOCK))));
        formerOwners.add(Source.encode(late));
      }
    }

    private void publish(byte[] record) {
      unsent.add(record);
      if (!formerOwners.isEmpty() && random.nextInt(3) == 0) {
        unsent.add(formerOwners.removeFirst());
      }
      if (publishing && (random.nextInt(4) > 0 || unsent.size() < 3)) {
        sendAgain(unsent.size());
      }
    }

    /// Late copies of what was sent before.
    private void repeat() {
      if (stream.end() > 0) {
        int from = Math.max(0, stream.end() - 1 - random.nextInt(10));
        int end = Math.min(stream.end(), from + 1 + random.nextInt(4));
        for (int offset = from; offset < end; offset++) {
          stream.publish(stream.valueAt(offset));
        }
      }
    }

    private void check() throws IOException {
      TargetReport report = bench.target.report();
      if (report.consistent()) {
        assertSame(source.at(report.watermark()), bench.data(), "at " + report);
      }
      for (DigestAnswer answer : bench.answers) {
        if (answer.digest() != null) {
          assertThat(answer.digest()).isEqualTo(markers.get(answer.sequence()));
        }
      }
    }

    private void settle() throws IOException {
      bench.disk.onFault((operation, file) -> {});
      bench.run();
      for (int i = 0; i < 200 && !(settled() && gapWork.isEmpty()); i++) {
        while (!gapWork.isEmpty()) {
          sendGapWork();
        }
        sendAgain(unsent.size());
        bench.pass(Duration.ofSeconds(10));
        bench.run();
        check();
        answerAsks();
      }
      assertThat(bench.target.report().consistent()).as("%s", bench.target.report()).isTrue();
      assertSame(source.content, bench.data(), "in the end");
    }

    private boolean settled() {
      TargetReport report = bench.target.report();
      return report.consistent() && Long.valueOf(0).equals(report.lagChanges()) && unsent.isEmpty();
    }

    private static void assertSame(byte[] expected, byte[] found, String where) {
      int at = Arrays.mismatch(expected, found);
      if (at >= 0) {
        throw new AssertionError("byte " + at + " differs " + where);
      }
    }
  }
}
