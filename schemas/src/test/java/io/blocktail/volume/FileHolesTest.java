package io.blocktail.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a file says of its holes. The file systems that the tests run on have them.
class FileHolesTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private FileDevice device;

  @BeforeEach
  void open() throws IOException {
    device = FileDevice.create(directory.resolve("volume"), 16 * MIB);
    device.zero(0, 16 * MIB); // the byte that gave the file its size
  }

  @AfterEach
  void close() throws IOException {
    device.close();
  }

  private void write(long offset, int length) throws IOException {
    var data = new byte[length];
    java.util.Arrays.fill(data, (byte) 1);
    device.write(ByteBuffer.wrap(data), offset);
  }

  @Test
  void anEmptyFileIsOneHole() throws IOException {
    assertThat(device.holeAt(0, 16 * MIB)).isEqualTo(16 * MIB);
    assertThat(device.holeAt(4097, 5)).isEqualTo(5);
  }

  @Test
  void aHoleEndsWhereDataThatWasJustWrittenBegins() throws IOException {
    write(4 * MIB, MIB);
    assertThat(device.holeAt(MIB, 15 * MIB)).isEqualTo(3 * MIB);
    assertThat(device.holeAt(4 * MIB, MIB)).isZero();
    assertThat(device.holeAt(MIB, 100)).isEqualTo(100);
    assertThat(device.holeAt(5 * MIB, 11 * MIB)).isEqualTo(11 * MIB);
  }

  @Test
  void dataEndsWhereAHoleBegins() throws IOException {
    write(4 * MIB, MIB);
    assertThat(device.dataAt(4 * MIB, 12 * MIB)).isEqualTo(MIB);
    assertThat(device.dataAt(4 * MIB + 5, 100)).isEqualTo(100);
    write(0, 16 * MIB);
    assertThat(device.dataAt(0, 16 * MIB)).isEqualTo(16 * MIB);
  }

  @Test
  void dataIsNeverLessThanAByteAlsoInAHole() throws IOException {
    assertThat(device.dataAt(MIB, 100)).isEqualTo(100);
    assertThat(device.dataAt(MIB, MIB)).isEqualTo(4096);
  }

  @Test
  void aZeroedRangeIsAHoleAgain() throws IOException {
    write(0, 16 * MIB);
    device.zero(2 * MIB, 3 * MIB);
    assertThat(device.holeAt(2 * MIB, 14 * MIB)).isEqualTo(3 * MIB);
  }

  @Test
  void aFileThatShrankHasNoHoleBehindItsEnd() throws IOException {
    try (var channel = FileChannel.open(directory.resolve("volume"), StandardOpenOption.WRITE)) {
      channel.truncate(4096);
    }
    assertThat(device.holeAt(MIB, MIB)).isZero();
  }

  @Test
  void zeroingAFileIsKnownToBeFastBeforeAnythingIsZeroed() throws IOException {
    write(0, 4096);
    try (var again = FileDevice.create(directory.resolve("other"), MIB)) {
      assertThat(again.zeroesFast()).isTrue();
      assertThat(Files.size(directory.resolve("other"))).isEqualTo(MIB);
    }
  }

  @Test
  void aHintChangesNothing() throws IOException {
    write(MIB, 4096);
    device.expectRead(0, 16 * MIB);
    assertThat(device.holeAt(0, 16 * MIB)).isEqualTo(MIB);
  }

  @Test
  void aRangeOutsideTheDeviceIsOurFault() {
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> device.holeAt(16 * MIB, 1));
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> device.dataAt(-1, 1));
    assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> device.expectRead(0, -1));
  }
}
