package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.nbd.History.Span;
import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a client may be told was changed since a sequence.
class CapturedHistoryTest {
  private static final int MIB = 1 << 20;
  private static final int CHUNKS = 16;

  private final SimulatedDisk files = new SimulatedDisk();
  private final SimulatedDisk devices = new SimulatedDisk();
  private SourceVolume volume;
  private CapturedHistory history;

  @BeforeEach
  void open() throws IOException {
    volume = SourceVolumes.open(files, devices, CHUNKS * MIB);
    history = new CapturedHistory(volume);
  }

  @AfterEach
  void close() throws IOException {
    volume.close();
  }

  private void write(int chunk) throws IOException {
    volume.device().write(ByteBuffer.wrap(new byte[] {1}), (long) chunk * MIB + 777);
  }

  private long forced() throws IOException {
    volume.device().force();
    return history.end();
  }

  @Test
  void theEndIsWhatIsForced() throws IOException {
    long before = history.end();
    write(3);
    assertThat(history.end()).isEqualTo(before);
    assertThat(forced()).isEqualTo(before + 1);
  }

  @Test
  void wholeChunksThatWereChangedAfterTheSequenceAreTold() throws IOException {
    write(2);
    long sequence = forced();
    write(5);
    write(6);
    assertThat(history.changedSince(sequence, 0, CHUNKS * MIB)).isEqualTo(new Span(5 * MIB, false));
    assertThat(history.changedSince(sequence, 5 * MIB, 11 * MIB))
        .isEqualTo(new Span(2 * MIB, true));
    assertThat(history.changedSince(sequence, 5 * MIB + 512, 1024)).isEqualTo(new Span(1024, true));
    assertThat(history.changedSince(sequence, 7 * MIB, 9 * MIB))
        .isEqualTo(new Span(9 * MIB, false));
    assertThat(history.changedSince(0, 2 * MIB, 2 * MIB)).isEqualTo(new Span(MIB, true));
  }

  @Test
  void whatWasNotForcedWhenTheProcessWasKilledIsTold() throws IOException {
    long sequence = forced();
    write(9);
    files.kill();
    volume = SourceVolumes.open(files, devices, CHUNKS * MIB);
    history = new CapturedHistory(volume);
    assertThat(history.changedSince(sequence, 9 * MIB, MIB)).isEqualTo(new Span(MIB, true));
  }

  /// The independent view: two copies of the content, one at the sequence and one now.
  @Test
  void noChunkThatDiffersIsEverLeftOut() throws IOException {
    var random = new Random(11);
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < 10; i++) {
        write(random.nextInt(CHUNKS));
      }
      long sequence = forced();
      byte[] before = devices.contentOf("volume");
      for (int i = random.nextInt(4); i > 0; i--) {
        var data = new byte[1 + random.nextInt(3 * MIB)];
        random.nextBytes(data);
        volume.device().write(ByteBuffer.wrap(data), random.nextInt(CHUNKS * MIB - data.length));
      }
      byte[] now = devices.contentOf("volume");
      for (int chunk = 0; chunk < CHUNKS; chunk++) {
        int at = chunk * MIB;
        if (!java.util.Arrays.equals(before, at, at + MIB, now, at, at + MIB)) {
          assertThat(history.changedSince(sequence, at, MIB).changed()).isTrue();
        }
      }
    }
  }

  @Test
  void aHugeVolumeIsToldInPieces() throws IOException {
    try (SourceVolume huge =
        SourceVolumes.open(new SimulatedDisk(), new Nothing(4096L * MIB), false)) {
      var past = new CapturedHistory(huge);
      assertThat(past.changedSince(5, 0, 4096L * MIB)).isEqualTo(new Span(1024L * MIB, false));
    }
  }

  /// A device of any size that holds nothing.
  private record Nothing(long size) implements io.blocktail.volume.BlockDevice {
    @Override
    public void read(ByteBuffer into, long offset) {
      into.position(into.limit());
    }

    @Override
    public void write(ByteBuffer from, long offset) {
      from.position(from.limit());
    }

    @Override
    public void zero(long offset, long length) {}

    @Override
    public void force() {}

    @Override
    public void close() {}
  }
}
