package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/// Promise "Prefix": what a power loss has left on the device and taken from the journal comes into
/// the stream.
class PowerLossTest {
  /// The region is as long as the hot map's, so that two regions need a volume of this size.
  private static final int REGION_CHUNKS = HotMap.REGION / CHUNK;

  private static final int CHUNKS = REGION_CHUNKS + 2;

  private static RandomGenerator choosing(IntUnaryOperator choice) {
    return new RandomGenerator() {
      @Override
      public int nextInt(int bound) {
        return choice.applyAsInt(bound);
      }

      @Override
      public long nextLong() {
        throw new AssertionError("nothing is torn here");
      }
    };
  }

  /// Of what was not forced the disk loses all.
  private static final RandomGenerator LOSES = choosing(bound -> 0);

  /// Of what was not forced the disk keeps all.
  private static final RandomGenerator KEEPS = choosing(bound -> 1);

  private static void losePower(Source source) throws IOException {
    source.directory.losePower(LOSES);
    source.medium.losePower(KEEPS);
    source.losePowerAndReopen(LOSES);
  }

  private static List<Event> gaps(Source source, long from) throws IOException {
    return source.events(from).stream().filter(event -> event.body() instanceof Body.Gap).toList();
  }

  @Test
  void aWriteThatTheJournalHasLostAndTheDeviceHasKeptComesIntoTheStream() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), (CHUNKS - 1L) * CHUNK);

    losePower(source);

    assertThat(source.volume.journal().appended()).as("EPOCH and GAP").isEqualTo(2);
    assertThat(source.volume.dirtyChunks()).as("the second region").isEqualTo(2);
    source.fillGaps();
    var replayed = new byte[CHUNKS * CHUNK];
    Source.replay(source.events(1), replayed);
    assertThat(replayed).isEqualTo(source.deviceContent());
    assertThat(replayed[(CHUNKS - 1) * CHUNK]).isEqualTo((byte) 7);
  }

  @Test
  void theGapIsForcedBeforeAnybodyIsServed() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), 0);
    losePower(source);
    assertThat(source.volume.journal().forced()).isEqualTo(2);
    assertThat(gaps(source, 2).getFirst().body())
        .isEqualTo(
            new Body.Gap(
                null,
                new ChunkSet(List.of(new ChunkSet.Run(0, REGION_CHUNKS))),
                source.volume.ownership()));
    assertThat(gaps(source, 2).getFirst().origin()).isEqualTo("power loss");
  }

  @Test
  void aKilledProcessMakesNothingDoubtful() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), 0);
    source.killAndReopen();
    assertThat(source.volume.dirtyChunks()).isZero();
    assertThat(gaps(source, 1)).isEmpty();
  }

  @Test
  void aCleanEndMakesNothingDoubtful() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), 0);
    source.volume.close();
    source.losePowerAndReopen(LOSES);
    assertThat(source.volume.dirtyChunks()).isZero();
  }

  @Test
  void aRegionThatIsNotWrittenAnyMoreIsNotDoubtful() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), 0);
    source.volume.checkpoint();
    source.capture().write(bytes(4096, 8), (CHUNKS - 1L) * CHUNK);
    source.volume.checkpoint();
    source.capture().write(bytes(4096, 9), (CHUNKS - 1L) * CHUNK);
    source.directory.open(HotMap.NAME).force(); // a mark that was taken away need not be gone

    losePower(source);

    assertThat(source.volume.dirtyChunks()).isEqualTo(2);
  }

  @Test
  void aMarkThatCannotBeWrittenStopsTheVolumeBeforeAnythingIsWritten() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.directory.onFault((operation, file) -> {
      if (file.equals(HotMap.NAME)) {
        throw new IOException("simulated: no space");
      }
    });
    var request = new io.blocktail.volume.Request().write(0, bytes(4096, 7), false);
    source.capture().execute(List.of(request), "test");
    assertThat(request.failure()).hasMessageContaining("hot regions");
    assertThat(source.volume.state()).isInstanceOf(SourceState.Stopped.class);
    assertThat(source.deviceContent()[0]).isZero();
    assertThat(source.volume.journal().appended()).isEqualTo(1);
  }

  @Test
  void aPowerLossWhileTheGapIsFilledOpensAnotherOverWhatIsLeft() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), (CHUNKS - 1L) * CHUNK);
    losePower(source);
    OwnGap gap = source.volume.takeGaps().getFirst();
    source.capture().base(CHUNKS - 2, gap.name(), null, gap.origin());
    source.volume.journal().force(source.volume.journal().appended());
    source.volume.checkpoint();
    source.capture().base(CHUNKS - 1, gap.name(), null, gap.origin());
    source.directory.open(HotMap.NAME).force(); // a mark that was taken away need not be gone

    source.losePowerAndReopen(LOSES);

    assertThat(source.volume.takeGaps().getFirst().chunks()).isEqualTo(ChunkSet.of(CHUNKS - 1));
  }

  @Test
  void aBaseOfAnotherGapLeavesTheChunkDirty() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), (CHUNKS - 1L) * CHUNK);
    losePower(source);
    OwnGap own = source.volume.takeGaps().getFirst();
    long other =
        source
            .capture()
            .append(new Body.Gap(null, ChunkSet.of(CHUNKS - 1), source.volume.ownership()), "test");
    source.capture().base(CHUNKS - 1, other, null, "test");
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).isEqualTo(2);
    source.capture().base(CHUNKS - 1, own.name(), null, own.origin());
    source.volume.journal().force(source.volume.journal().appended());
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).isEqualTo(1);
  }

  /// A digest of what the chunk was before the power loss is no ground to accuse the medium.
  @Test
  void aDoubtfulChunkIsNotCalledRotten() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    var hasher = new io.blocktail.digest.ChunkHasher(source.volume.ownership().geometry());
    source.capture().write(bytes(4096, 7), 0);
    CapturingDevice.Marked before = source.capture().markLocked(0, hasher, "test");
    source.volume.journal().force(before.sequence());
    source.volume.chunks().digested(0, before.lastChange(), before.digest(), before.sequence());
    source.volume.checkpoint();
    source.capture().write(bytes(4096, 8), 0);

    losePower(source);

    CapturingDevice.Marked after = source.capture().markLocked(0, hasher, "test");
    assertThat(after.digest()).isNotEqualTo(before.digest());
    assertThat(
            source
                .volume
                .chunks()
                .digested(0, after.lastChange(), after.digest(), after.sequence()))
        .isEqualTo(ChunkRecords.Verdict.OUTDATED);
    source.fillGaps();
    assertThat(source.volume.chunks().rottedChunks()).isZero();
  }

  @Test
  void whatMayHaveBeenChangedCountsAsChangedSinceEver() throws Exception {
    var source = new Source(CHUNKS * CHUNK);
    source.capture().write(bytes(4096, 7), 0);
    losePower(source);
    assertThat(source.volume.chunks().changedSince(0, Long.MAX_VALUE)).isTrue();
    assertThat(source.volume.chunks().changedSince(CHUNKS - 1, 0)).isFalse();
  }
}
