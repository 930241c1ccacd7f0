package io.blocktail.producer.scrub;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.producer.publish.SentMessages;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/// A marker's digest is of the content at exactly its sequence: told by a replay of the stream that
/// shares nothing with the scrubber.
class ScrubberSimulationTest {
  private static final int CHUNKS = 3;
  private static final long SIZE = (long) CHUNKS * Geometry.DEFAULT_CHUNK;

  @Test
  void markersHoldWhereTheyStandThoughWritesFallIntoTheReading() throws IOException {
    long first = Long.getLong("suite.seed", 1);
    int runs = Integer.getInteger("suite.runs", Long.getLong("suite.seed") == null ? 10 : 1);
    for (long seed = first; seed < first + runs; seed++) {
      try {
        new Run(seed).go();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("-Dsuite.seed=" + seed, e);
      }
    }
  }

  @Test
  void markersHoldWhereTheyStandUnderConcurrentWriters() throws Exception {
    var source = new SimulatedSource(SIZE);
    var scrubber = scrubber(source);
    var failure = new AtomicReference<Throwable>();
    var writers = new Thread[2];
    for (int w = 0; w < writers.length; w++) {
      var random = new Random(w);
      writers[w] =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  for (int i = 0; i < 500; i++) {
                    write(source, random);
                  }
                } catch (IOException | RuntimeException e) {
                  failure.set(e);
                }
              });
    }
    while (writers[0].isAlive() || writers[1].isAlive()) {
      scrubber.requestPass();
      for (int i = 0; i < CHUNKS; i++) {
        scrubber.step();
      }
      source.publish();
    }
    assertThat(failure).hasNullValue();
    assertThat(verifyMarkers(source)).isPositive();
  }

  private static Scrubber scrubber(SimulatedSource source) {
    return new Scrubber(
        source.volume,
        new SentMessages(),
        Duration.ofHours(1),
        Clock.systemUTC(),
        () -> source.nanos);
  }

  private static void write(SimulatedSource source, Random random) throws IOException {
    var data = new byte[1 + random.nextInt(20_000)];
    random.nextBytes(data);
    long offset = random.nextLong(SIZE - data.length);
    if (random.nextInt(8) == 0) {
      source.volume.device().zero(offset, data.length);
    } else {
      source.write(offset, data);
    }
  }

  /// @return how many markers there were
  private static int verifyMarkers(SimulatedSource source) throws IOException {
    source.publish();
    var replayed = new byte[(int) SIZE];
    int markers = 0;
    for (Event event : source.events()) {
      if (event.body() instanceof Body.Content change) {
        SimulatedSource.apply(change, replayed);
      } else if (event.body() instanceof Body.Marker marker) {
        markers++;
        int chunk = (int) (marker.offset() / Geometry.DEFAULT_CHUNK);
        int from = (int) marker.offset();
        byte[] content = Arrays.copyOfRange(replayed, from, from + (int) marker.length());
        assertThat(marker.digest())
            .as("marker %d", event.sequence())
            .isEqualTo(ChunkHasher.hash(chunk, content, content.length));
      }
    }
    assertThat(Arrays.equals(replayed, source.content())).isTrue();
    return markers;
  }

  private static final class Run {
    private final Random random;
    private final SimulatedSource source;
    private Scrubber scrubber;

    /// How often the chunk was read in this step; the fourth time is under its lock.
    private int reads;

    Run(long seed) throws IOException {
      random = new Random(seed);
      source = new SimulatedSource(SIZE, new byte[0], Meddled::new);
      scrubber = scrubber(source);
    }

    void go() throws IOException {
      for (int i = 0; i < 60; i++) {
        switch (random.nextInt(6)) {
          case 0, 1, 2 -> write(source, random);
          case 3 -> source.publish();
          default -> {
            reads = 0;
            scrubber.requestPass();
            scrubber.step();
          }
        }
        if (random.nextInt(30) == 0) {
          source.restart();
          scrubber = scrubber(source);
        }
      }
      assertThat(verifyMarkers(source)).isPositive();
      assertThat(source.volume.chunks().rottedChunks()).isZero();
    }

    /// Lets writes fall into the reading of a chunk.
    private final class Meddled implements BlockDevice {
      private final BlockDevice below;

      Meddled(BlockDevice below) {
        this.below = below;
      }

      @Override
      public void readStored(ByteBuffer into, long offset) throws IOException {
        below.read(into, offset);
        if (++reads <= 3 && random.nextInt(4) != 0) {
          source.write(offset + random.nextInt(1000), new byte[] {(byte) random.nextInt()});
        }
      }

      @Override
      public long size() {
        return below.size();
      }

      @Override
      public void read(ByteBuffer into, long offset) throws IOException {
        below.read(into, offset);
      }

      @Override
      public void write(ByteBuffer from, long offset) throws IOException {
        below.write(from, offset);
      }

      @Override
      public void zero(long offset, long length) throws IOException {
        below.zero(offset, length);
      }

      @Override
      public void force() throws IOException {
        below.force();
      }

      @Override
      public void close() throws IOException {
        below.close();
      }
    }
  }
}
