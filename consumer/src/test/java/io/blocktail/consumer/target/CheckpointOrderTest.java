package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Position;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Power is lost after each step of a checkpoint, while applying goes on: what is durable of the
/// versions is never ahead of what is durable of the data, and the target recovers.
class CheckpointOrderTest {
  private static final Geometry GEOMETRY = new Geometry(512 << 10, 512 << 10);
  private static final int BLOCKS = 40;
  private static final int SECTOR = 512;

  private final Source source = new Source(GEOMETRY);
  private final SimulatedStream stream = new SimulatedStream();
  private final Bench bench = new Bench(stream);

  /// Every sector says by which event it was written.
  private void write(Random random) {
    int first = random.nextInt(BLOCKS);
    int count = 1 + random.nextInt(Math.min(5, BLOCKS - first));
    var bytes = ByteBuffer.allocate(count * Geometry.BLOCK);
    for (int at = 0; at < bytes.capacity(); at += SECTOR) {
      bytes.putLong(at, source.sequence + 1);
    }
    stream.publish(source.write(first * Geometry.BLOCK, bytes.array()));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4})
  void versionsAreNeverAheadOfData(int steps) throws IOException {
    for (int seed = 0; seed < 30; seed++) {
      new CheckpointOrderTest().losesPowerAfter(steps, new Random(seed));
    }
  }

  private void losesPowerAfter(int steps, Random random) throws IOException {
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    for (int i = 0; i < 20; i++) {
      write(random);
    }
    bench.run();
    for (int i = 0; i < 20; i++) {
      write(random);
    }
    bench.pass(Duration.ofSeconds(5));
    bench.target.step(Duration.ZERO);
    for (int i = 0; i < steps; i++) {
      bench.target.checkpointStep(Duration.ZERO);
      write(random);
      bench.target.step(Duration.ZERO);
    }
    bench.losePower(random);
    assertDataIsNotBehindVersions();
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(source.content);
  }

  private void assertDataIsNotBehindVersions() throws IOException {
    ByteBuffer data = ByteBuffer.wrap(bench.data());
    ByteBuffer versions = ByteBuffer.wrap(bench.disk.contentOf("versions"));
    for (int block = 0; block < BLOCKS; block++) {
      long version =
          versions.getLong(4096 + block * Long.BYTES); // 63 of them are on the first page
      for (int at = 0; at < Geometry.BLOCK; at += SECTOR) {
        assertThat(data.getLong(block * Geometry.BLOCK + at))
            .isGreaterThanOrEqualTo(Position.sequence(version));
      }
    }
  }
}
