package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.event.Chain;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class CheckpointFileTest {
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(
          new Identity(new UUID(3, 4), new Geometry(1 << 20, 512 << 10), new UUID(5, 6)),
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
  void oneWithoutTheReplicasUuidIsReadAndGetsOne() throws IOException {
    file.write(CHECKPOINT);
    disk.setContent(CheckpointFile.NAME, firstFormat(disk.contentOf(CheckpointFile.NAME)));
    Checkpoint read = file.read().orElseThrow();
    Identity identity = CHECKPOINT.identity();
    assertThat(read.identity().volume()).isEqualTo(identity.volume());
    assertThat(read.identity().geometry()).isEqualTo(identity.geometry());
    assertThat(read.identity().replica()).isNotEqualTo(identity.replica());
    assertThat(read.chain()).isEqualTo(CHECKPOINT.chain());
    assertThat(read.gaps()).isEqualTo(CHECKPOINT.gaps());
  }

  /// The same checkpoint as format version 1 had it: 16 bytes less behind volume and geometry.
  private static byte[] firstFormat(byte[] second) {
    int preamble = 8 + 4 + 4;
    int before = 16 + 8 + 4;
    var body = ByteBuffer.allocate(second.length - preamble - 16);
    body.put(second, preamble, before);
    body.put(second, preamble + before + 16, second.length - preamble - before - 16);
    var crc = new CRC32C();
    crc.update(body.flip());
    var first = ByteBuffer.allocate(preamble + body.capacity());
    first.put(second, 0, 8).putInt(1).putInt((int) crc.getValue()).put(body.rewind());
    return first.array();
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
    disk.flip(CheckpointFile.NAME, 11, 5);
    assertThatThrownBy(file::read)
        .hasMessageContaining(
            "has format version 7, this release knows 2: use the release that wrote it");
  }
}
