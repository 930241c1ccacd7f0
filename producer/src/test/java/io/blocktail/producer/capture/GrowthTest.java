package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.capture.ChunkRecords.Verdict;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class GrowthTest {
  /// The last chunk is a short one.
  private static final int SMALL = CHUNK + 3 * Geometry.BLOCK;

  private static final int LARGE = 4 * CHUNK - Geometry.BLOCK;

  private static void write(Source source, long offset, int value) throws IOException {
    source.capture().write(Source.bytes(Geometry.BLOCK, value), offset);
  }

  private static void assertGrown(Source source) throws IOException {
    assertThat(source.volume.ownership().geometry()).isEqualTo(Geometry.of(LARGE));
    assertThat(source.capture().size()).isEqualTo(LARGE);
    assertThat(source.deviceContent()).hasSize(LARGE);
    write(source, LARGE - Geometry.BLOCK, 9);
    var read = ByteBuffer.allocate(Geometry.BLOCK);
    source.capture().read(read, LARGE - Geometry.BLOCK);
    assertThat(read.array()).containsOnly(9);
  }

  @Test
  void aVolumeGrowsWhileItIsServedAndTheHistorySaysWhere() throws IOException {
    var source = new Source(SMALL);
    write(source, 0, 1);
    source.volume.grow(LARGE);
    assertGrown(source);
    List<Event> events = source.events(1);
    assertThat(events.get(2).body()).isEqualTo(new Body.Grow(LARGE));
    assertThat(((Body.Epoch) events.getFirst().body()).ownership().geometry().size())
        .isEqualTo(SMALL);
    source.killAndReopen();
    assertGrown(source);
    source.volume.checkpoint();
    source.killAndReopen();
    assertGrown(source);
  }

  @Test
  void whatIsNewCountsAsChangedAndWhatWasThereDoesNot() throws IOException {
    var source = new Source(SMALL);
    write(source, 0, 1);
    source.volume.grow(LARGE);
    ChunkRecords chunks = source.volume.chunks();
    assertThat(chunks.changedSince(0, 2)).isFalse();
    for (int chunk = 1; chunk < 4; chunk++) {
      assertThat(chunks.changedSince(chunk, 2)).as("chunk %d", chunk).isTrue();
      assertThat(chunks.changedSince(chunk, 3)).as("chunk %d", chunk).isFalse();
    }
    source.volume.checkpoint();
    source.killAndReopen();
    assertThat(source.volume.chunks().changedSince(3, 2)).isTrue();
  }

  @Test
  void theLastChunkThatBecameLongerHasNotRotted() throws IOException {
    var source = new Source(SMALL);
    var hasher = new ChunkHasher(Geometry.of(SMALL));
    assertThat(judge(source, source.capture().markLocked(1, hasher, "scrub")))
        .isEqualTo(Verdict.FIRST);
    source.volume.grow(LARGE);
    Marked marked = source.capture().markLocked(1, hasher, "scrub");
    assertThat(judge(source, marked)).isEqualTo(Verdict.FIRST);
    assertThat(marked.digest()).isEqualTo(ChunkHasher.hash(1, new byte[CHUNK], CHUNK));
    assertThat(((Body.Marker) source.events(marked.sequence()).getFirst().body()).length())
        .isEqualTo(CHUNK);
  }

  private static Verdict judge(Source source, Marked marked) {
    return source
        .volume
        .chunks()
        .digested(1, marked.lastChange(), marked.digest(), marked.sequence());
  }

  @Test
  void whatWasHashedBeforeIsNotMarkedAfterwards() throws IOException {
    var source = new Source(SMALL);
    int counter = source.capture().writeCounter(1);
    Digest before = new ChunkHasher(Geometry.of(SMALL)).hash(1, source.capture()::readStored);
    source.volume.grow(LARGE);
    assertThat(source.capture().markIfUnmoved(1, counter, before, "scrub")).isEmpty();
  }

  @Test
  void noSizeIsTakenThatAVolumeCannotHave() throws IOException {
    var source = new Source(SMALL);
    long appended = source.volume.journal().appended();
    assertRefused(source, CHUNK, "it can only grow, not shrink to " + CHUNK);
    assertRefused(source, LARGE + 1, "must be a positive multiple of 4096");
    assertRefused(source, 1L << 60, "larger chunks are needed");
    source.volume.grow(SMALL);
    assertThat(source.volume.journal().appended()).isEqualTo(appended);
    source.volume.beginOverflow();
    assertRefused(source, LARGE, "its journal is full");
    assertThat(source.volume.ownership().geometry().size()).isEqualTo(SMALL);
    source.volume.endOverflow();
    source.volume.grow(LARGE);
    assertGrown(source);
  }

  private static void assertRefused(Source source, long size, String why) {
    assertThatThrownBy(() -> source.volume.grow(size))
        .isInstanceOf(CannotGrow.class)
        .hasMessageContaining(why);
  }

  /// Before each of its disk operations, by a kill and by a power loss.
  @Test
  void aGrowthThatIsCutOffIsThereWhollyOrNotAtAll() throws IOException {
    boolean cut = true;
    for (int operations = 0; cut; operations++) {
      cut = growUntil(operations, false) | growUntil(operations, true);
    }
  }

  private static boolean growUntil(int operations, boolean powerLoss) throws IOException {
    var source =
        new Source(new SimulatedDisk(), new SimulatedDisk(), SMALL, Source.settings(false));
    write(source, CHUNK, 1);
    source.volume.checkpoint();
    write(source, CHUNK + Geometry.BLOCK, 2);
    source.capture().force();
    int[] left = {operations};
    SimulatedDisk.Fault fault =
        (operation, file) -> {
          if (left[0]-- <= 0) {
            throw new IOException("cut off before " + operation + " of " + file);
          }
        };
    source.directory.onFault(fault);
    source.medium.onFault(fault);
    boolean cut = false;
    try {
      source.volume.grow(LARGE);
    } catch (IOException e) {
      cut = true;
    }
    source.directory.onFault((operation, file) -> {});
    source.medium.onFault((operation, file) -> {});
    if (powerLoss) {
      source.losePowerAndReopen(new java.util.SplittableRandom(operations));
    } else {
      source.killAndReopen();
    }
    boolean said = source.events(1).stream().anyMatch(event -> event.body() instanceof Body.Grow);
    assertThat(source.capture().size()).as("cut at %d", operations).isEqualTo(said ? LARGE : SMALL);
    byte[] content = Arrays.copyOf(source.deviceContent(), LARGE);
    assertThat(content[CHUNK]).isEqualTo((byte) 1);
    assertThat(content[CHUNK + Geometry.BLOCK]).isEqualTo((byte) 2);
    source.volume.grow(LARGE);
    assertGrown(source);
    source.killAndReopen();
    assertGrown(source);
    return cut;
  }
}
