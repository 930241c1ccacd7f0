package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.event.Chain;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CheckpointFileTest {
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(
          new Identity(new UUID(3, 4), new Geometry(1 << 20, 512 << 10)),
          new Chain(2, 50),
          new StreamPosition("topic", 60, 2),
          3,
          1050,
          new Halt("a hole", true),
          List.of(
              new OpenGap(
                  7,
                  true,
                  new ChunkSet(List.of(new ChunkSet.Run(0, 1), new ChunkSet.Run(5, 9))),
                  List.of(new OpenGap.Covered(5, 4096)))));

  private final SimulatedDisk disk = new SimulatedDisk();
  private final CheckpointFile file = new CheckpointFile(disk);

  @Test
  void readsWhatWasWritten() throws IOException {
    assertThat(file.read()).isEmpty();
    file.write(CHECKPOINT);
    assertThat(file.read()).contains(CHECKPOINT);
  }

  @Test
  void everyFlippedBitIsFound() throws IOException {
    file.write(CHECKPOINT);
    int length = disk.contentOf(CheckpointFile.NAME).length;
    for (int bit = 0; bit < length * 8; bit++) {
      disk.flip(CheckpointFile.NAME, bit / 8, 1 << bit % 8);
      assertThatThrownBy(file::read).isInstanceOf(DamagedStateException.class);
      disk.flip(CheckpointFile.NAME, bit / 8, 1 << bit % 8);
    }
  }

  @Test
  void everyTruncationIsFound() throws IOException {
    file.write(CHECKPOINT);
    byte[] whole = disk.contentOf(CheckpointFile.NAME);
    for (int length = 0; length < whole.length; length++) {
      disk.setContent(CheckpointFile.NAME, Arrays.copyOf(whole, length));
      assertThatThrownBy(file::read).isInstanceOf(DamagedStateException.class);
    }
  }

  @Test
  void unknownFormatIsRefusedByItsNumber() throws IOException {
    file.write(CHECKPOINT);
    disk.flip(CheckpointFile.NAME, 11, 3);
    assertThatThrownBy(file::read)
        .hasMessageContaining(
            "has format version 2, this release knows 1: use the release that wrote it");
  }
}
