package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Promise Prefix: a target that stopped uncleanly, over a stream that has or may have lost its end
/// since. Everything but its first event is applied behind the target's checkpoint.
class TargetCutStreamTest {
  private static final Geometry GEOMETRY = new Geometry(1 << 20, 512 << 10);

  private final Source source = new Source(GEOMETRY);
  private final SimulatedStream stream = new SimulatedStream();
  private final Bench bench = new Bench(stream);

  private void write(int block, int value) {
    var bytes = new byte[Geometry.BLOCK];
    Arrays.fill(bytes, (byte) value);
    stream.publish(source.write(block * Geometry.BLOCK, bytes));
  }

  private void applyFive() {
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    bench.run(); // with its checkpoint
    for (int i = 1; i <= 5; i++) {
      write(i % 2, i);
    }
    bench.run();
    assertThat(bench.target.report().consistent()).isTrue();
  }

  private void answer() {
    assertThat(bench.asks.getLast().chunks()).isEqualTo(ChunkSet.EMPTY);
    source.landmark(Bench.SELF, bench.asks.getLast().id()).forEach(stream::publish);
    bench.run();
  }

  private void assertFollows() throws Exception {
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(bench.target.report().watermark()).isEqualTo(source.sequence);
    assertThat(bench.data()).isEqualTo(source.content);
  }

  @Test
  void aNewLeaderCostsOneEventOfTheSourceAndNoChunk() throws Exception {
    applyFive();
    stream.electLeader();
    bench.kill();
    bench.run();
    assertThat(bench.target.report().state())
        .isEqualTo(
            new TargetState.Recovering(
                "it stopped uncleanly, and the stream's leader was elected anew since: up to sequence"
                    + " 1001 it may be ahead of its watermark. It goes on when the source, which it has"
                    + " asked, says how far that is"));
    answer();
    assertFollows();
    assertThat(bench.asks).hasSize(1);
  }

  @Test
  void whatIsCutOffComesAgainBeforeTheTargetIsConsistent() throws Exception {
    applyFive();
    List<byte @Nullable []> lost = stream.cutTo(3);
    bench.kill();
    bench.run();
    assertThat(bench.target.report().consistent()).isFalse();
    lost.forEach(stream::publish);
    bench.run();
    assertThat(bench.target.report().consistent()).isFalse();
    answer();
    assertFollows();
  }

  @Test
  void aSecondCrashDuringTheRecoveryForgetsNothing() throws Exception {
    applyFive();
    List<byte @Nullable []> lost = stream.cutTo(3);
    bench.kill();
    bench.pass(Duration.ofSeconds(10));
    bench.run(); // with checkpoints under the new leader
    bench.kill();
    bench.run();
    assertThat(bench.target.report().consistent()).as("at event 3 of 6").isFalse();
    lost.forEach(stream::publish);
    bench.run();
    answer();
    assertFollows();
  }

  @Test
  void theAnswerToWhatWasAskedBeforeTheSecondCrashIsNotEnough() throws Exception {
    applyFive();
    stream.electLeader();
    bench.kill();
    bench.run();
    String first = bench.asks.getLast().id();
    bench.kill();
    bench.run();
    source.landmark(Bench.SELF, first).forEach(stream::publish);
    bench.run();
    assertThat(bench.target.report().consistent()).isFalse();
    answer();
    assertFollows();
  }

  @Test
  void theEndThatWasSeenDoesNotCountWhenTheStreamIsCutBackOnTheWayToIt() throws Exception {
    applyFive();
    stream.batch = 1;
    bench.kill();
    for (int i = 0; i < 3; i++) {
      bench.target.step(Duration.ZERO);
    }
    assertThat(bench.target.report().state()).isInstanceOf(TargetState.Recovering.class);
    byte @Nullable [] first = stream.valueAt(0);
    List<byte @Nullable []> lost = stream.cutTo(3);
    for (int i = 0; i < 3; i++) {
      stream.publish(first); // late copies: the old end is reached without what was applied
    }
    bench.run();
    assertThat(bench.target.report().consistent()).as("at the old end").isFalse();
    lost.forEach(stream::publish);
    bench.run();
    answer();
    assertFollows();
  }

  @Test
  void anOwnerWhoFollowsOnLessThanMayBeAppliedSendsEverything() {
    applyFive();
    stream.cutTo(3);
    bench.kill();
    bench.run();
    source.epoch = 2;
    source.sequence = 3;
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    bench.run();
    assertThat(bench.target.report().state())
        .isEqualTo(
            new TargetState.Halted(
                "the stream has lost its end: epoch 2 follows on event 3, this target may have applied up to 1001"));
    assertThat(bench.asks.getLast().chunks()).isNull();
  }

  @Test
  void itAsksAgainWhenNoAnswerComes() throws Exception {
    applyFive();
    stream.electLeader();
    bench.kill();
    bench.run();
    bench.pass(Duration.ofSeconds(60));
    bench.run();
    assertThat(bench.asks).hasSize(2).allSatisfy(ask -> assertThat(ask.chunks()).isNotNull());
    answer();
    assertFollows();
  }
}
