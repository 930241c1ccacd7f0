package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.capture.ChunkRecords.Verdict;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CapturingDeviceTest {
  private static final int SIZE = 4 * CHUNK;

  private Source source = newSource();

  private static Source newSource() {
    try {
      return new Source(SIZE);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void start() {
    source = newSource();
  }

  private List<Event> changes() throws IOException {
    return source.events(2);
  }

  private void assertReplayIsTheDevice() throws IOException {
    var replayed = new byte[SIZE];
    Source.replay(source.events(1), replayed);
    assertThat(replayed).isEqualTo(source.deviceContent());
  }

  @Test
  void aLongWriteBecomesChangesOfHalfAMebibyteInsideChunks() throws Exception {
    source.capture().write(bytes(CHUNK + 8192, 3), CHUNK - 4096);
    assertThat(changes())
        .extracting(event -> ((Body.Write) event.body()).offset())
        .containsExactly(CHUNK - 4096L, (long) CHUNK, CHUNK * 3L / 2, 2L * CHUNK);
    assertReplayIsTheDevice();
  }

  @Test
  void partsOfBlocksAreWidened() throws Exception {
    source.capture().write(bytes(16384, 1), 0);
    source.capture().write(bytes(8192, 2), 100);
    source.capture().zero(9000, 10);
    var expected = new byte[16384];
    Arrays.fill(expected, (byte) 1);
    Arrays.fill(expected, 100, 8292, (byte) 2);
    Arrays.fill(expected, 9000, 9010, (byte) 0);
    var found = ByteBuffer.allocate(16384);
    source.capture().read(found, 0);
    assertThat(found.array()).isEqualTo(expected);
    assertThat(changes())
        .allSatisfy(event ->
            assertThat(
                    source
                        .volume
                        .ownership()
                        .geometry()
                        .isChangeExtent(
                            ((Body.Content) event.body()).offset(),
                            ((Body.Content) event.body()).length()))
                .isTrue());
    assertReplayIsTheDevice();
  }

  @Test
  void aBatchThatWidensWhatItChangesSeesItsOwnWrites() throws Exception {
    source
        .capture()
        .execute(
            List.of(
                new Request().write(0, bytes(100, 1), false),
                new Request().write(100, bytes(100, 2), false),
                new Request().write(200, bytes(3896, 3), false),
                new Request().zero(50, 100, false)),
            "test");
    var found = ByteBuffer.allocate(4096);
    source.capture().read(found, 0);
    assertThat(IntStream.of(0, 49, 50, 149, 150, 199, 200, 4095).mapToObj(found::get))
        .containsExactly(
            (byte) 1, (byte) 1, (byte) 0, (byte) 0, (byte) 2, (byte) 2, (byte) 3, (byte) 3);
    assertReplayIsTheDevice();
  }

  @Test
  void aReadInABatchDoesNotDisturbItsWrites() throws Exception {
    var into = ByteBuffer.allocate(4096);
    var read = new Request().read(0, into);
    source.capture().execute(List.of(read, new Request().write(0, bytes(4096, 9), true)), "test");
    assertThat(read.failure()).isNull();
    assertThat(into.remaining()).isZero();
    assertThat(source.volume.journal().forced()).isEqualTo(2);
  }

  @Test
  void aTrimOfTheWholeVolumeIsOneEventAChunk() throws Exception {
    source.capture().write(bytes(CHUNK, 1), 0);
    int before = changes().size();
    source.capture().execute(List.of(new Request().trim(0, SIZE, false)), "test");
    assertThat(changes().subList(before, changes().size()))
        .extracting(Event::body)
        .containsExactlyElementsOf(
            IntStream.range(0, 4)
                .mapToObj(i -> (Body) new Body.Trim((long) i * CHUNK, CHUNK))
                .toList());
    assertThat(source.deviceContent()).containsOnly(0);
  }

  @Test
  void onlyADurableRequestForces() throws Exception {
    source.capture().write(bytes(4096, 1), 0);
    assertThat(source.volume.journal().forced()).isEqualTo(1);
    source.capture().execute(List.of(new Request().flush()), "test");
    assertThat(source.volume.journal().forced()).isEqualTo(2);
  }

  @Test
  void aBlockThatCannotBeReadFailsItsRequestAlone() throws Exception {
    var failing = new UnreadableDevice(source.device(), 4096);
    source.directory.kill();
    source.volume =
        SourceVolume.open(Source.NAME, failing, source.directory, Source.settings(false));
    var bad = new Request().write(4096 + 5, bytes(10, 1), false);
    var good = new Request().write(8192, bytes(4096, 2), false);
    source.capture().execute(List.of(bad, good), "test");
    assertThat(bad.failure()).hasMessage("unreadable");
    assertThat(good.failure()).isNull();
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
    assertReplayIsTheDevice();
  }

  @Test
  void aMarkerIsRefusedWhenTheChunkWasWrittenMeanwhile() throws Exception {
    var hasher = new ChunkHasher(Geometry.of(SIZE));
    int counter = source.capture().writeCounter(1);
    Digest digest = hasher.hash(1, source.capture()::read);
    assertThat(source.capture().markIfUnmoved(1, counter, digest, "scrub"))
        .contains(new CapturingDevice.Marked(2, digest, 0));
    source.capture().write(bytes(4096, 1), CHUNK);
    assertThat(source.capture().markIfUnmoved(1, counter, digest, "scrub")).isEmpty();
    var marked = source.capture().markLocked(1, hasher, "scrub");
    assertThat(marked.lastChange()).isEqualTo(3);
    assertThat(changes().getLast().body())
        .isEqualTo(new Body.Marker(CHUNK, CHUNK, marked.digest(), 3));
  }

  @Test
  void baseCarriesTheChunkAndLeavesHolesOut() throws Exception {
    source.capture().write(bytes(8192, 1), CHUNK + 40960);
    long gap =
        source
            .capture()
            .append(new Body.Gap(null, ChunkSet.of(1), source.volume.ownership()), "resync");
    long last = source.capture().base(1, gap, new TargetName("replica-a"), "resync");
    List<Event> base = source.events(gap + 1);
    assertThat(base)
        .extracting(event -> ((Body.Base) event.body()).data() == null)
        .containsExactly(true, false, true);
    assertThat(base.getLast().sequence()).isEqualTo(last);
    assertThat(base.stream().mapToLong(event -> ((Body.Base) event.body()).length()).sum())
        .isEqualTo(CHUNK);
    assertThat(source.volume.chunks().lastChange(1)).isEqualTo(last);
    assertReplayIsTheDevice();
  }

  @Test
  void rotIsFoundAndNotSentAsBase() throws Exception {
    source.capture().write(bytes(4096, 1), 0);
    assertThat(scrub(0)).isEqualTo(Verdict.FIRST);
    assertThat(scrub(0)).isEqualTo(Verdict.SAME);
    source.volume.journal().force(source.volume.journal().appended());
    source.volume.checkpoint();
    source.killAndReopen();
    source.medium.flip("device", 1000, 4);
    assertThatThrownBy(() -> source.capture().base(0, 2, null, "resync"))
        .isInstanceOf(RottenChunk.class);
    assertThat(scrub(0)).isEqualTo(Verdict.ROTTED);
    assertThat(source.volume.chunks().rottedChunks()).isEqualTo(1);
    source.volume.checkpoint();
    source.killAndReopen();
    assertThat(source.volume.chunks().rotted(0)).isTrue();
    source.capture().write(bytes(4096, 2), 8192);
    assertThat(scrub(0)).as("after a partial write").isEqualTo(Verdict.ROTTED);
    assertThatThrownBy(() -> source.capture().write(bytes(100, 3), 500))
        .as("Good copies stay good: the rest of a block that may have rotted is not published")
        .hasMessageContaining("write whole blocks");
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
    source.capture().zero(0, CHUNK);
    assertThat(scrub(0)).as("after all was written again").isEqualTo(Verdict.FIRST);
  }

  @Test
  void aRedoneChunkHasNoDigest() throws Exception {
    source.capture().write(bytes(4096, 1), 0);
    assertThat(scrub(0)).isEqualTo(Verdict.FIRST);
    source.killAndReopen();
    assertThat(scrub(0)).isEqualTo(Verdict.FIRST);
  }

  @Test
  void aDigestOfBeforeAWriteTeachesNothing() throws Exception {
    var hasher = new ChunkHasher(Geometry.of(SIZE));
    Digest digest = hasher.hash(0, source.capture()::read);
    source.capture().write(bytes(4096, 1), 0);
    assertThat(source.volume.chunks().digested(0, 0, digest, 1)).isEqualTo(Verdict.OUTDATED);
  }

  private Verdict scrub(int chunk) throws IOException {
    var hasher = new ChunkHasher(Geometry.of(SIZE));
    var marked = source.capture().markLocked(chunk, hasher, "scrub");
    return source
        .volume
        .chunks()
        .digested(chunk, marked.lastChange(), marked.digest(), marked.sequence());
  }

  @Test
  void aFullJournalBlocksWritersUntilKafkaHasTakenSome() throws Exception {
    source = new Source(new SimulatedDisk(), new SimulatedDisk(), SIZE, Source.settings(false, 4));
    var done = new ArrayList<Integer>();
    var failures = new ArrayList<Throwable>();
    var writer =
        Thread.ofPlatform()
            .name("writer")
            .start(() -> {
              try {
                for (int i = 0; i < 20; i++) {
                  source.capture().write(bytes(CHUNK / 2, i), 0);
                  synchronized (done) {
                    done.add(i);
                  }
                }
              } catch (IOException e) {
                failures.add(e);
              }
            });
    int[] blocked = {0};
    while (writer.isAlive()) {
      if (source.volume.state() instanceof SourceState.Blocked) {
        assertThat(source.volume.journal().usedBytes())
            .isLessThanOrEqualTo(source.volume.journal().limitBytes());
        source.volume.checkpoint();
        if (blocked[0]++ == 0) {
          assertThat(source.volume.state())
              .as("before Kafka took it")
              .isEqualTo(new SourceState.Blocked());
        }
        source.volume.journal().acknowledged(source.volume.journal().appended());
        source.volume.checkpoint();
      }
      Thread.onSpinWait();
    }
    writer.join();
    assertThat(failures).isEmpty();
    assertThat(done).hasSize(20);
    assertThat(blocked[0]).isPositive();
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
  }

  @Test
  void aCheckpointIsDueAsSoonAsItCouldHelpBlockedWriters() throws Exception {
    source = new Source(new SimulatedDisk(), new SimulatedDisk(), SIZE, Source.settings(false, 4));
    var hour = Duration.ofHours(1);
    var keeper =
        Thread.ofPlatform()
            .start(() -> {
              while (!(source.volume.state() instanceof SourceState.Stopped)) {
                source.volume.journal().awaitPressure(hour);
                try {
                  source.volume.checkpoint();
                } catch (IOException e) {
                  assertThat(source.volume.state()).isInstanceOf(SourceState.Stopped.class);
                }
              }
            });
    var kafka =
        Thread.ofPlatform()
            .start(() -> {
              long taken = 0;
              while (source.volume.journal().awaitAppended(taken, hour)) {
                taken = source.volume.journal().appended();
                source.volume.journal().acknowledged(taken);
              }
            });
    for (int i = 0; i < 40; i++) {
      source.capture().write(bytes(CHUNK / 2, i), 0);
    }
    source.volume.stop("done");
    keeper.join();
    kafka.join();
    assertReplayIsWhatWasWrittenLast();
  }

  private void assertReplayIsWhatWasWrittenLast() throws IOException {
    assertThat(source.deviceContent()[0]).isEqualTo((byte) 39);
    source.killAndReopen();
    assertThat(source.deviceContent()[0]).isEqualTo((byte) 39);
  }

  @Test
  void aStopWakesBlockedWriters() throws Exception {
    source = new Source(new SimulatedDisk(), new SimulatedDisk(), SIZE, Source.settings(false, 4));
    var failures = new ArrayList<Throwable>();
    var writer =
        Thread.ofPlatform()
            .start(() -> {
              try {
                for (int i = 0; ; i++) {
                  source.capture().write(bytes(CHUNK / 2, i), 0);
                }
              } catch (IOException e) {
                failures.add(e);
              }
            });
    while (!(source.volume.state() instanceof SourceState.Blocked)) {
      Thread.onSpinWait();
    }
    source.volume.stop("a newer owner has taken it over");
    writer.join();
    assertThat(failures)
        .singleElement()
        .extracting(Throwable::getMessage)
        .asString()
        .contains("volume demo: a newer owner has taken it over");
  }

  @Test
  void replayOfConcurrentOverlappingWritesIsTheDevice() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    for (int run = 0; run < Integer.getInteger("suite.runs", 3); run++) {
      source = newSource();
      var keep = new Source.Keeper(source);
      var threads = new ArrayList<Thread>();
      for (int i = 0; i < 4; i++) {
        var random = new Random(seed + 31L * run + i);
        threads.add(Thread.ofPlatform().start(() -> load(source.capture(), random, 120)));
      }
      for (Thread thread : threads) {
        while (thread.isAlive()) {
          keep.step();
        }
        thread.join();
      }
      keep.step();
      assertThat(source.volume.state()).as("seed %d", seed).isEqualTo(new SourceState.Serving());
      assertThat(keep.replayed()).as("seed %d", seed).isEqualTo(source.deviceContent());
    }
  }

  /// Batches of random overlapping requests around the first two chunks' border.
  static void load(CapturingDevice device, Random random, int batches) {
    for (int i = 0; i < batches; i++) {
      var batch = new ArrayList<Request>();
      for (int j = 0; j <= random.nextInt(6); j++) {
        int length = 1 + random.nextInt(20_000);
        long offset = CHUNK - 30_000L + random.nextInt(60_000 - length);
        batch.add(
            switch (random.nextInt(8)) {
              case 0 -> new Request().zero(offset, length, false);
              case 1 -> new Request().trim(offset, length, false);
              case 2 -> new Request().read(offset, ByteBuffer.allocate(length));
              case 3 -> new Request().flush();
              default -> {
                var data = new byte[length];
                random.nextBytes(data);
                yield new Request().write(offset, ByteBuffer.wrap(data), false);
              }
            });
      }
      device.execute(batch, "test");
    }
  }
}
