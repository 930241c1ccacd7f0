package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.storage.DiskFile;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// A volume that grows: its target does at the same place of the history, whatever comes in
/// between.
class TargetGrowthTest {
  private static final int CHUNK = 512 << 10;

  /// The last chunk is a short one.
  private static final Geometry SMALL = new Geometry(CHUNK + 2 * Geometry.BLOCK, CHUNK);

  private static final Geometry LARGE = new Geometry(3 * CHUNK + Geometry.BLOCK, CHUNK);

  private final Source small = new Source(SMALL);
  private final SimulatedStream stream = new SimulatedStream();
  private final Bench bench = new Bench(stream);
  private final Source large = new Source(LARGE);

  private void start() {
    stream.publish(small.epochEvent(ChunkSet.EMPTY));
    stream.publish(small.write(0, block(1)));
    stream.publish(small.write(CHUNK, block(2)));
    bench.run();
  }

  /// The same volume, larger.
  private void grow() {
    System.arraycopy(small.content, 0, large.content, 0, small.content.length);
    large.sequence = small.sequence;
    stream.publish(large.next(new Body.Grow(LARGE.size())));
  }

  private void writeBeyond() {
    stream.publish(large.write(CHUNK + 2 * Geometry.BLOCK, block(3)));
    stream.publish(large.write(3 * CHUNK, block(4)));
  }

  private static byte[] block(int value) {
    var block = new byte[Geometry.BLOCK];
    Arrays.fill(block, (byte) value);
    return block;
  }

  private void assertEqual() throws IOException {
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(large.content);
  }

  @Test
  void aTargetGrowsWhereItsVolumeDid() throws IOException {
    start();
    assertThat(bench.data()).hasSize((int) SMALL.size());
    grow();
    bench.run();
    assertEqual();
    writeBeyond();
    bench.run();
    assertEqual();
    bench.restart();
    bench.run();
    assertEqual();
  }

  @Test
  void aNewTargetReplaysTheGrowth() throws IOException {
    stream.publish(small.epochEvent(ChunkSet.EMPTY));
    grow();
    writeBeyond();
    stream.publish(large.next(new Body.Grow(LARGE.size()))); // nothing new
    bench.run();
    assertEqual();
  }

  @Test
  void theChunkThatBecameLongerIsHashedAsTheSourceDoes() {
    start();
    grow();
    writeBeyond();
    for (int chunk = 0; chunk < LARGE.chunks(); chunk++) {
      stream.publish(large.marker(chunk));
    }
    bench.run();
    assertThat(bench.answers).hasSize(4);
    bench.answers.forEach(
        answer -> assertThat(answer.digest()).isEqualTo(large.digest(answer.chunk())));
  }

  /// Before each of its disk operations, by an error, and by a power loss after that.
  @Test
  void aGrowthThatIsCutOffComesToItsEnd() throws IOException {
    for (int operations = 0; operations < 40; operations++) {
      var test = new TargetGrowthTest();
      test.start();
      int[] left = {operations};
      test.bench.disk.onFault((operation, file) -> {
        if (left[0]-- <= 0) {
          throw new IOException("cut off before " + operation + " of " + file);
        }
      });
      test.grow();
      test.writeBeyond();
      test.bench.run();
      test.bench.disk.onFault((operation, file) -> {});
      test.bench.disk.kill();
      if (operations % 2 == 0) {
        test.bench.losePower(new SplittableRandom(operations));
      } else {
        test.bench.kill();
      }
      test.bench.run();
      test.bench.pass(Duration.ofSeconds(10));
      test.bench.run();
      test.assertEqual();
    }
  }

  @Test
  void aHaltedTargetLearnsTheSizeFromTheGapThatMendsIt() throws IOException {
    start();
    stream.publish("rubbish".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    grow();
    writeBeyond();
    bench.run();
    assertThat(bench.target.report().state()).isInstanceOf(TargetState.Halted.class);
    assertThat(bench.data()).hasSize((int) SMALL.size());
    stream.publish(large.gap(Bench.SELF, ChunkSet.all(LARGE)));
    fill(large.sequence, LARGE.chunks());
    assertEqual();
  }

  @Test
  void aStreamThatLostTheGrowthTellsTheSizeWithItsNextGap() throws IOException {
    start();
    System.arraycopy(small.content, 0, large.content, 0, small.content.length);
    large.sequence = small.sequence;
    large.changeUnseen(3 * CHUNK, block(4));
    stream.publish(large.gap(null, new ChunkSet(java.util.List.of(new ChunkSet.Run(1, 3)))));
    long gap = large.sequence;
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Resyncing(3));
    fill(gap, LARGE.chunks());
    assertEqual();
  }

  private void fill(long gap, int chunks) {
    for (int chunk = 0; chunk < chunks; chunk++) {
      large.base(gap, Bench.SELF, chunk).forEach(stream::publish);
    }
    stream.publish(large.whole(gap, Bench.SELF));
    bench.run();
  }

  @Test
  void aSizeThatShrinksIsNotBelieved() {
    start();
    stream.publish(small.next(new Body.Grow(CHUNK)));
    bench.run();
    assertThat(bench.target.report().state())
        .isEqualTo(
            new TargetState.Halted(
                "the event at offset 3, 4 of epoch 1, cannot be believed: it says that the volume has 524288 bytes from there on, but it had 532480"));
  }

  @Test
  void whatAMediumHeldWhereItHadTheRoomIsGone() throws IOException {
    start();
    try (DiskFile data = bench.disk.open(Bench.DATA)) {
      var garbage = new byte[(int) (LARGE.size() - SMALL.size())];
      Arrays.fill(garbage, (byte) 0x55);
      data.write(ByteBuffer.wrap(garbage), SMALL.size());
    }
    bench.restart();
    bench.run();
    grow();
    writeBeyond();
    bench.run();
    assertEqual();
  }
}
