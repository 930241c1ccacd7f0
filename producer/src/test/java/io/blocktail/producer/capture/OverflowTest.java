package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Promise "Source first": where the journal has no room, writers go on, and the stream says what
/// it lacks.
class OverflowTest {
  private static final int SIZE = 4 * CHUNK;

  /// Of what was not forced the disk loses all.
  private static final RandomGenerator LOSES =
      new RandomGenerator() {
        @Override
        public int nextInt(int bound) {
          return 0;
        }

        @Override
        public long nextLong() {
          throw new AssertionError("nothing is torn here");
        }
      };

  private final Source source;
  private final ChunkHasher hasher;

  OverflowTest() throws IOException {
    source = new Source(SIZE);
    hasher = new ChunkHasher(source.volume.ownership().geometry());
    source.capture().write(bytes(8192, 1), 0);
  }

  private byte[] replayed() throws IOException {
    var content = new byte[SIZE];
    Source.replay(source.events(1), content);
    return content;
  }

  @Test
  void changesGoPastTheJournalAndTheirChunksAreSentAfterwards() throws Exception {
    source.volume.beginOverflow();
    long end = source.volume.journal().appended();
    assertThat(source.volume.state()).isEqualTo(new SourceState.Overflow());
    source.capture().write(bytes(4096, 2), CHUNK);
    source.capture().zero(4096, 4096);
    assertThat(source.volume.journal().appended()).as("nothing is appended").isEqualTo(end);
    assertThat(source.volume.dirtyChunks()).isEqualTo(2);

    source.volume.endOverflow();

    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
    List<Event> since = source.events(end + 1);
    assertThat(since)
        .singleElement()
        .satisfies(event -> {
          assertThat(event.origin()).isEqualTo("overflow");
          assertThat(event.body())
              .isEqualTo(
                  new Body.Gap(
                      null,
                      new ChunkSet(List.of(new ChunkSet.Run(0, 2))),
                      source.volume.ownership()));
        });
    source.capture().write(bytes(4096, 3), 2 * CHUNK);
    source.fillGaps();
    assertThat(replayed()).isEqualTo(source.deviceContent());
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).isZero();
  }

  @Test
  void nothingElseIsAppendedMeanwhile() throws Exception {
    source.volume.beginOverflow();
    assertThatThrownBy(() -> source.capture().markLocked(0, hasher, "test"))
        .isInstanceOf(JournalSuspended.class);
    assertThatThrownBy(() -> source.capture().append(new Body.Bookmark("here"), "test"))
        .isInstanceOf(JournalSuspended.class);
    assertThatThrownBy(() -> source.capture().base(0, 7, null, "test"))
        .isInstanceOf(JournalSuspended.class);
    assertThat(source.volume.state()).isEqualTo(new SourceState.Overflow());
  }

  @Test
  void aKillKeepsTheOverflowAndWhatItHasTouched() throws Exception {
    source.volume.beginOverflow();
    source.capture().write(bytes(4096, 2), CHUNK);
    source.killAndReopen();
    assertThat(source.volume.state()).isEqualTo(new SourceState.Overflow());
    assertThat(source.volume.hasGaps()).isFalse();
    source.capture().write(bytes(4096, 3), 2 * CHUNK);
    source.volume.endOverflow();
    source.fillGaps();
    assertThat(replayed()).isEqualTo(source.deviceContent());
  }

  @Test
  void aPowerLossKeepsWhatWasFlushed() throws Exception {
    source.volume.checkpoint();
    source.volume.checkpoint(); // the region of the first write is not hot any more
    source.directory.open(HotMap.NAME).force();
    source.volume.beginOverflow();
    var flushed = new Request().write(CHUNK, bytes(4096, 2), true);
    source.capture().execute(List.of(flushed), "test");
    assertThat(flushed.failure()).isNull();
    source.capture().write(bytes(4096, 3), 2 * CHUNK);
    source.losePowerAndReopen(LOSES);
    assertThat(source.deviceContent()[CHUNK]).isEqualTo((byte) 2);
    assertThat(source.deviceContent()[2 * CHUNK]).as("was not flushed").isZero();
    assertThat(source.volume.dirtyChunks()).as("said before it was written").isEqualTo(2);
    source.volume.endOverflow();
    source.fillGaps();
    assertThat(replayed()).isEqualTo(source.deviceContent());
  }

  /// What was acknowledged past the journal and not flushed is durable by a flush that comes when
  /// changes are journaled again.
  @Test
  void aFlushAfterTheOverflowCoversWhatWasWrittenInIt() throws Exception {
    source.volume.beginOverflow();
    source.capture().write(bytes(4096, 2), CHUNK);
    source.volume.endOverflow();
    source.capture().force();
    source.losePowerAndReopen(LOSES);
    assertThat(source.deviceContent()[CHUNK]).isEqualTo((byte) 2);
  }

  @Test
  void whatWasJournaledBeforeIsOnTheDeviceDurably() throws Exception {
    source.volume.beginOverflow();
    source.losePowerAndReopen(LOSES);
    assertThat(source.deviceContent()[0]).isEqualTo((byte) 1);
  }

  /// What is not redone any more is known to have changed all the same.
  @Test
  void aDigestFromBeforeIsVoidAfterAKill() throws Exception {
    CapturingDevice.Marked before = source.capture().markLocked(0, hasher, "test");
    source.volume.journal().force(before.sequence());
    source.volume.chunks().digested(0, before.lastChange(), before.digest(), before.sequence());
    source.volume.checkpoint();
    source.capture().write(bytes(4096, 2), 0);
    source.volume.beginOverflow();
    source.killAndReopen();
    source.volume.endOverflow();
    CapturingDevice.Marked after = source.capture().markLocked(0, hasher, "test");
    assertThat(
            source
                .volume
                .chunks()
                .digested(0, after.lastChange(), after.digest(), after.sequence()))
        .isEqualTo(ChunkRecords.Verdict.FIRST);
  }

  @Test
  void aSecondOverflowBeforeTheGapIsFilledLosesNothing() throws Exception {
    source.volume.beginOverflow();
    source.capture().write(bytes(4096, 2), CHUNK);
    source.volume.endOverflow();
    OwnGap first = source.volume.takeGaps().getFirst();
    source.capture().base(1, first.name(), null, first.origin());
    source.volume.beginOverflow();
    source.capture().write(bytes(4096, 3), CHUNK);
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).as("it was changed since it was sent").isEqualTo(1);
    source.volume.endOverflow();
    source.fillGaps();
    assertThat(replayed()).isEqualTo(source.deviceContent());
  }

  @Test
  void writersThatWaitForRoomGoOn() throws Exception {
    var content = new byte[CHUNK];
    new Random(1).nextBytes(content);
    var writer =
        CompletableFuture.runAsync(() -> {
          try {
            for (int i = 0; i < 20; i++) {
              source.capture().write(java.nio.ByteBuffer.wrap(content), (i % 4) * (long) CHUNK);
            }
          } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
          }
        });
    while (!source.volume.journal().blocked()) {
      assertThat(writer.isDone()).as("the journal has no room for so much").isFalse();
      Thread.onSpinWait();
    }
    source.volume.beginOverflow();
    writer.get(20, TimeUnit.SECONDS);
    assertThat(source.volume.state()).isEqualTo(new SourceState.Overflow());
    assertThat(source.volume.dirtyChunks()).isPositive();
  }

  @Test
  void aMapThatCannotBeWrittenStopsTheVolumeBeforeTheDeviceIsWritten() throws Exception {
    source.volume.beginOverflow();
    source.directory.onFault((operation, file) -> {
      if (file.equals(DirtyMap.NAME)) {
        throw new IOException("simulated: no space");
      }
    });
    var request = new Request().write(CHUNK, bytes(4096, 2), false);
    source.capture().execute(List.of(request), "test");
    assertThat(request.failure()).hasMessageContaining("dirty chunks");
    assertThat(source.volume.state()).isInstanceOf(SourceState.Stopped.class);
    assertThat(source.deviceContent()[CHUNK]).isZero();
  }

  @Test
  void everyCrashInTheSwitchLosesNothing() throws Exception {
    for (int step = 0; ; step++) {
      var crashed = new Source(SIZE);
      crashed.capture().write(bytes(8192, 1), 0);
      int[] left = {step};
      Source.Step fuse =
          () -> {
            if (left[0]-- <= 0) {
              throw new IOException("killed");
            }
          };
      crashed.directory.onFault((operation, file) -> fuse.step());
      crashed.medium.onFault((operation, file) -> fuse.step());
      byte written = 0;
      boolean whole = false;
      try {
        crashed.volume.beginOverflow();
        crashed.capture().write(bytes(4096, 2), CHUNK);
        written = 2;
        crashed.volume.endOverflow();
        whole = true;
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("killed");
      }
      crashed.directory.onFault((operation, file) -> {});
      crashed.medium.onFault((operation, file) -> {});
      crashed.killAndReopen();
      if (written != 0) {
        assertThat(crashed.deviceContent()[CHUNK]).as("crash %d", step).isEqualTo(written);
      }
      if (crashed.volume.state() instanceof SourceState.Overflow) {
        crashed.volume.endOverflow();
      }
      crashed.fillGaps();
      var replayed = new byte[SIZE];
      Source.replay(crashed.events(1), replayed);
      assertThat(replayed).as("crash %d", step).isEqualTo(crashed.deviceContent());
      if (whole) {
        return;
      }
    }
  }
}
