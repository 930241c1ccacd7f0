package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TargetGapTest {
  private static final Geometry GEOMETRY = new Geometry(1 << 20, 512 << 10);

  private final Source source = new Source(GEOMETRY);
  private final SimulatedStream stream = new SimulatedStream();
  private final Bench bench = new Bench(stream);

  @BeforeEach
  void follow() {
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    stream.publish(source.write(0, block(1)));
    bench.run();
  }

  private static byte[] block(int value) {
    var block = new byte[Geometry.BLOCK];
    Arrays.fill(block, (byte) value);
    return block;
  }

  private TargetState state() {
    return bench.run().target.report().state();
  }

  @Test
  void baseOfAnotherTargetIsPassedOver() throws IOException {
    bench.disk.flip(Bench.DATA, 5000, 1);
    stream.publish(source.gap(Bench.OTHER, ChunkSet.of(0)));
    source.base(source.sequence, Bench.OTHER, 0).forEach(stream::publish);
    assertThat(state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()[5000]).isEqualTo((byte) 1);
  }

  @Test
  void damagedChunkIsMendedByItsGap() throws IOException {
    bench.disk.flip(Bench.DATA, 5000, 1);
    stream.publish(source.gap(Bench.SELF, ChunkSet.of(0)));
    long gap = source.sequence;
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    source.base(gap, Bench.SELF, 0).forEach(stream::publish);
    assertThat(state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(source.content);
  }

  @Test
  void liveChangeInsideAnUndoneChunkIsAppliedAndLeavesItUndone() throws IOException {
    stream.publish(source.gap(null, ChunkSet.of(0)));
    long gap = source.sequence;
    stream.publish(source.write(4096, block(2)));
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    assertThat(bench.data()).isEqualTo(source.content);
    source.base(gap, null, 0).forEach(stream::publish);
    assertThat(state()).isEqualTo(new TargetState.Following());
  }

  @Test
  void markerWithTheTargetsOwnDigestClosesAChunk() {
    stream.publish(source.gap(null, ChunkSet.all(GEOMETRY)));
    stream.publish(source.marker(0));
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    stream.publish(source.marker(1));
    assertThat(state()).isEqualTo(new TargetState.Following());
    assertThat(bench.answers).allSatisfy(answer -> assertThat(answer.digest()).isNotNull());
  }

  @Test
  void markerWithAnotherDigestLeavesTheChunkUndone() throws IOException {
    bench.disk.flip(Bench.DATA, 5000, 1);
    stream.publish(source.gap(null, ChunkSet.of(0)));
    stream.publish(source.marker(0));
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    assertThat(bench.answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer.reason()).isEqualTo(NoDigest.UNDONE));
  }

  @Test
  void digestAtAMarkerIsOfExactlyThatPoint() throws IOException {
    stream.publish(source.write(4096, block(2)));
    stream.publish(source.marker(0));
    byte[] then = Arrays.copyOf(source.content, 512 << 10);
    stream.publish(source.write(4096, block(3)));
    bench.run();
    assertThat(bench.answers)
        .singleElement()
        .satisfies(answer ->
            assertThat(answer.digest()).isEqualTo(ChunkHasher.hash(0, then, then.length)));
  }

  @Test
  void divergedChunkIsToldAsItIs() throws IOException {
    bench.disk.flip(Bench.DATA, 5000, 1);
    stream.publish(source.marker(0));
    bench.run();
    byte[] own = Arrays.copyOf(bench.data(), 512 << 10);
    assertThat(bench.answers)
        .singleElement()
        .satisfies(
            answer -> assertThat(answer.digest()).isEqualTo(ChunkHasher.hash(0, own, own.length)));
  }

  @Test
  void lateMarkerIsAnsweredByNobody() {
    stream.publish(source.marker(0));
    stream.publish(stream.valueAt(2));
    bench.run();
    assertThat(bench.answers).hasSize(1);
  }

  @Test
  void chunksLeftOverAreAskedFor() {
    stream.publish(source.gap(null, ChunkSet.all(GEOMETRY)));
    long gap = source.sequence;
    source.base(gap, null, 1).forEach(stream::publish);
    stream.publish(source.whole(gap, null));
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    assertThat(bench.asks)
        .singleElement()
        .satisfies(ask -> assertThat(ask.chunks()).isEqualTo(ChunkSet.of(0)));
    stream.publish(source.gap(Bench.SELF, ChunkSet.of(0)));
    source.base(source.sequence, Bench.SELF, 0).forEach(stream::publish);
    assertThat(state()).isEqualTo(new TargetState.Following());
  }

  @Test
  void gapThatBringsNothingIsAskedForAfterAWhile() {
    stream.publish(source.gap(null, ChunkSet.of(1)));
    bench.run();
    assertThat(bench.asks).isEmpty();
    bench.pass(Duration.ofSeconds(60));
    bench.run();
    assertThat(bench.asks)
        .singleElement()
        .satisfies(ask -> assertThat(ask.chunks()).isEqualTo(ChunkSet.of(1)));
  }

  @Test
  void gapsGoOnAfterARestartInTheMiddleOfAChunk() throws IOException {
    bench.disk.flip(Bench.DATA, 5000, 1);
    stream.publish(source.gap(null, ChunkSet.of(0)));
    var pieces = source.base(source.sequence, null, 0);
    stream.publish(pieces.getFirst());
    bench.run();
    bench.restart();
    assertThat(state()).isEqualTo(new TargetState.Resyncing(1));
    pieces.subList(1, pieces.size()).forEach(stream::publish);
    assertThat(state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(source.content);
  }

  @Test
  void volumeThatStartsFromContentComesByTheGapOfItsEpoch() throws IOException {
    var other = new SimulatedStream();
    var full = new Source(GEOMETRY);
    full.changeUnseen(0, block(9));
    other.publish(full.epochEvent(ChunkSet.all(GEOMETRY)));
    full.base(1, null, 0).forEach(other::publish);
    full.base(1, null, 1).forEach(other::publish);
    other.publish(full.whole(1, null));
    var target = new Bench(other).run();
    assertThat(target.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(target.data()).isEqualTo(full.content);
  }
}
