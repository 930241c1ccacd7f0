package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.NAME;
import static io.blocktail.producer.capture.Source.bytes;
import static io.blocktail.producer.capture.Source.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.journal.SequenceNotRetained;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class SourceVolumeTest {
  @Test
  void aNewVolumeBeginsWithItsEpochForced() throws Exception {
    var source = new Source(4 * CHUNK);
    assertThat(source.volume.journal().forced()).isEqualTo(1);
    assertThat(source.events(1))
        .singleElement()
        .extracting(Event::body)
        .isEqualTo(new Body.Epoch(source.volume.ownership(), ChunkSet.EMPTY));
    assertThat(source.volume.startedEmpty()).isTrue();
    assertThat(source.volume.dirtyChunks()).isZero();
    assertThat(source.volume.epoch()).isEqualTo(1);
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
  }

  @Test
  void aVolumeThatStartsWithContentBeginsWithAGapOverAllChunks() throws Exception {
    var source = new Source(new SimulatedDisk(), new SimulatedDisk(), 3 * CHUNK, settings(true));
    var geometry = source.volume.ownership().geometry();
    assertThat(source.events(1).getFirst().body())
        .isEqualTo(new Body.Epoch(source.volume.ownership(), ChunkSet.all(geometry)));
    assertThat(source.volume.startedEmpty()).isFalse();
    assertThat(source.volume.takeGaps())
        .containsExactly(new OwnGap(1, ChunkSet.all(geometry), "start with content"));
    assertThat(source.volume.dirtyChunks()).isEqualTo(3);
    source.killAndReopen();
    assertThat(source.volume.startedEmpty()).isFalse();
  }

  @Test
  void everyCrashWhileAVolumeIsMadeLeavesOneThatStartsAtSequenceOne() throws Exception {
    for (int step = 0; ; step++) {
      var directory = new SimulatedDisk();
      var medium = new SimulatedDisk();
      failFrom(directory, step);
      boolean whole;
      try {
        new Source(directory, medium, CHUNK, settings(true));
        whole = true;
      } catch (IOException e) {
        whole = false;
      }
      directory.kill();
      directory.onFault((operation, file) -> {});
      var source = new Source(directory, medium, CHUNK, settings(true));
      assertThat(source.events(1)).as("crash at step %d", step).hasSize(1);
      assertThat(source.volume.hasGaps()).isTrue();
      if (whole) {
        return;
      }
    }
  }

  private static void failFrom(SimulatedDisk disk, int step) {
    int[] steps = {0};
    disk.onFault((operation, file) -> {
      if (steps[0]++ >= step) {
        throw new IOException("killed");
      }
    });
  }

  @Test
  void itIsTheSameVolumeAfterAKill() throws Exception {
    var source = new Source(2 * CHUNK);
    var ownership = source.volume.ownership();
    source.capture().write(bytes(8192, 5), 4096);
    source.volume.published(new StreamPosition("topic", 17, 1));
    source.volume.checkpoint();
    source.capture().write(bytes(4096, 6), CHUNK);
    byte[] before = source.deviceContent();
    source.killAndReopen();
    assertThat(source.volume.ownership()).isEqualTo(ownership);
    assertThat(source.volume.published()).contains(new StreamPosition("topic", 17, 1));
    assertThat(source.volume.journal().appended()).isEqualTo(3);
    assertThat(source.deviceContent()).isEqualTo(before);
    assertThat(source.volume.chunks().lastChange(0)).isEqualTo(2);
    assertThat(source.volume.chunks().lastChange(1)).isEqualTo(3);
  }

  @Test
  void whatTheDeviceLostIsRedone() throws Exception {
    var source = new Source(CHUNK);
    source.capture().write(bytes(4096, 5), 4096);
    source.capture().zero(4096, 512);
    byte[] before = source.deviceContent();
    source.medium.setContent("device", new byte[CHUNK]);
    source.killAndReopen();
    assertThat(source.deviceContent()).isEqualTo(before);
  }

  @Test
  void aCheckpointGoesNoFurtherThanTheJournalIsDurable() throws Exception {
    var source = new Source(CHUNK);
    source.capture().append(new Body.Bookmark("here"), "test");
    source.volume.checkpoint();
    source.capture().append(new Body.Bookmark("there"), "test");
    source.directory.losePower(LOSES_ALL);
    source.killAndReopen();
    assertThat(source.volume.journal().appended()).isEqualTo(2);
    assertThat(source.events(1)).extracting(Event::sequence).containsExactly(1L, 2L);
  }

  /// A batch that is larger than what a segment has room for behind the first of its records: the
  /// segment in the middle is begun and filled by it alone.
  @Test
  void aFlushAlsoForcesASegmentThatOneBatchHasBegunAndFilled() throws Exception {
    var source = new Source(2 * CHUNK);
    source.capture().write(bytes(CHUNK / 2, 1), 0);
    source.capture().write(bytes(CHUNK, 2), 0);
    source.capture().force();
    source.directory.losePower(LOSES_ALL);
    source.killAndReopen();
    assertThat(source.events(1)).extracting(Event::sequence).containsExactly(1L, 2L, 3L, 4L);
  }

  private static final RandomGenerator LOSES_ALL = () -> 0;

  @Test
  void aSegmentMissingInTheMiddleIsRefused() throws Exception {
    var source = new Source(CHUNK);
    for (int i = 0; i < 5; i++) {
      source.capture().write(bytes(CHUNK / 2, i), 0);
    }
    source.directory.delete("journal-0000000000000002");
    assertThatThrownBy(source::killAndReopen)
        .hasMessage(
            "volume demo cannot be opened: segment journal-0000000000000002 is missing, although"
                + " a later one is there");
  }

  @Test
  void aMissingJournalIsRefused() throws Exception {
    var source = new Source(CHUNK);
    source.volume.close();
    source.directory.delete("journal-0000000000000001");
    assertThatThrownBy(source::killAndReopen)
        .hasMessageStartingWith(
            "volume demo cannot be opened: segment journal-0000000000000001 is missing");
  }

  @Test
  void passNumbersGoUpOverRestarts() throws Exception {
    var source = new Source(CHUNK);
    assertThat(source.volume.nextPass()).isEqualTo(1);
    assertThat(source.volume.nextPass()).isEqualTo(2);
    source.killAndReopen();
    assertThat(source.volume.nextPass()).isEqualTo(3);
  }

  @Test
  void aSecondProcessIsRefused() throws Exception {
    var source = new Source(CHUNK);
    assertThatThrownBy(
            () -> SourceVolume.open(NAME, source.device(), source.directory, settings(false)))
        .hasMessage("volume demo cannot be opened: the simulated disk is in use already");
    source.volume.close();
    SourceVolume.open(NAME, source.device(), source.directory, settings(false)).close();
  }

  @Test
  void aDeviceOfAnotherSizeIsRefused() throws Exception {
    var source = new Source(CHUNK);
    source.volume.close();
    var other = new SimulatedDevice(new SimulatedDisk(), "device", 2 * CHUNK);
    assertThatThrownBy(() -> SourceVolume.open(NAME, other, source.directory, settings(false)))
        .hasMessageStartingWith("volume demo cannot be opened: ")
        .hasMessageEndingWith(" has 2097152 bytes, but the volume has 1048576");
  }

  @Test
  void aJournalWithoutItsCheckpointIsRefused() throws Exception {
    var source = new Source(CHUNK);
    source.volume.close();
    source.directory.delete(Checkpoint.NAME);
    assertThatThrownBy(() -> source.killAndReopen())
        .hasMessageContaining("has a journal (journal-0000000000000001) but no checkpoint");
  }

  @Test
  void everyFlippedBitOfTheCheckpointIsRefused() throws Exception {
    var source = new Source(CHUNK);
    source.volume.published(new StreamPosition("topic", 17, 1));
    source.volume.checkpoint();
    source.volume.close();
    int size = source.directory.contentOf(Checkpoint.NAME).length;
    for (int bit = 0; bit < 8 * size; bit++) {
      source.directory.flip(Checkpoint.NAME, bit / 8, 1 << bit % 8);
      assertThatThrownBy(source::killAndReopen)
          .as("bit %d", bit)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("the file 'checkpoint' is damaged");
      source.directory.flip(Checkpoint.NAME, bit / 8, 1 << bit % 8);
    }
    source.killAndReopen();
  }

  @Test
  void aDamagedChunkRecordCostsOnlyItsDigest() throws Exception {
    var source = new Source(4 * CHUNK);
    source.capture().write(bytes(4096, 5), 0);
    source.capture().write(bytes(4096, 5), CHUNK);
    source.volume.close();
    source.directory.flip(ChunkRecordFile.NAME, 4096 + 3, 1);
    source.killAndReopen();
    assertThat(source.volume.chunks().lastChange(0)).isEqualTo(3); // at or after the true one
    assertThat(source.volume.chunks().lastChange(1)).isEqualTo(3);
  }

  @Test
  void aJournalErrorStopsTheVolume() throws Exception {
    var source = new Source(CHUNK);
    source.directory.onFault((operation, file) -> {
      if (operation.equals("write") && file.startsWith("journal-")) {
        throw new IOException("No space left on device");
      }
    });
    assertThatThrownBy(() -> source.capture().write(bytes(4096, 1), 0))
        .hasMessageContaining("a write to journal-0000000000000001 failed: No space left");
    assertStopped(
        source,
        "volume demo: its journal in the simulated disk failed: a write to journal-0000000000000001"
            + " failed: No space left on device");
    assertThat(source.deviceContent()).containsOnly(0);
  }

  @Test
  void aFailedForceStopsTheVolumeForEver() throws Exception {
    var source = new Source(CHUNK);
    source.capture().write(bytes(4096, 1), 0);
    source.directory.onFault((operation, file) -> {
      if (operation.equals("force")) {
        throw new IOException("Input/output error");
      }
    });
    assertThatThrownBy(() -> source.capture().force()).hasMessageContaining("Input/output error");
    source.directory.onFault((operation, file) -> {});
    assertThatThrownBy(() -> source.capture().force()).hasMessageStartingWith("stopped: ");
    assertThat(source.volume.journal().forced()).isEqualTo(1);
    assertStopped(
        source,
        "volume demo: its journal in the simulated disk failed: a force of journal-0000000000000001"
            + " failed: Input/output error");
  }

  @Test
  void aDeviceErrorStopsTheVolumeAndARestartMendsIt() throws Exception {
    var source = new Source(CHUNK);
    source.medium.onFault((operation, file) -> {
      throw new IOException("Input/output error");
    });
    assertThatThrownBy(() -> source.capture().write(bytes(4096, 9), 4096))
        .hasMessage("stopped: volume demo: a write to device failed: Input/output error");
    assertStopped(source, "volume demo: a write to device failed: Input/output error");
    source.medium.onFault((operation, file) -> {});
    source.killAndReopen();
    byte[] replayed = new byte[CHUNK];
    Source.replay(source.events(1), replayed);
    assertThat(source.deviceContent()).isEqualTo(replayed);
  }

  @Test
  void aDeviceThatCannotBeForcedStopsTheVolume() throws Exception {
    var source = new Source(CHUNK);
    source.capture().write(bytes(4096, 9), 4096);
    source.medium.onFault((operation, file) -> {
      throw new IOException("Input/output error");
    });
    assertThatThrownBy(source.volume::checkpoint).isInstanceOf(IOException.class);
    assertStopped(source, "volume demo: a force of device failed: Input/output error");
    assertThat(source.volume.checkpoint()).isFalse();
  }

  private static void assertStopped(Source source, String reason) {
    assertThat(source.volume.state()).isEqualTo(new SourceState.Stopped(reason));
    assertThatThrownBy(() -> source.capture().read(bytes(512, 0), 0))
        .hasMessage("stopped: " + reason);
    assertThatThrownBy(() -> source.capture().write(bytes(512, 0), 0))
        .hasMessage("stopped: " + reason);
  }

  @Test
  void whatASegmentNoLongerHoldsIsSaid() throws Exception {
    var source = new Source(4 * CHUNK);
    for (int i = 0; i < 12; i++) {
      source.capture().write(bytes(CHUNK / 2, i), 0);
      source.volume.journal().acknowledged(source.volume.journal().appended());
      source.volume.checkpoint();
    }
    assertThatThrownBy(() -> source.volume.journal().reader(1))
        .isInstanceOf(SequenceNotRetained.class)
        .hasMessageMatching("the journal begins with sequence \\d+: 1 is gone");
    assertThat(source.volume.journal().usedBytes())
        .isLessThan(source.volume.journal().limitBytes());
  }
}
