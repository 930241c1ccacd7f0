package io.blocktail.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileDeviceTest {
  private static final int SIZE = 4 << 20;

  @TempDir Path directory;

  private static ByteBuffer random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  @Test
  void whatIsWrittenIsReadBothWays() throws IOException {
    Path file = directory.resolve("volume");
    try (var device = FileDevice.create(file, SIZE)) {
      var data = random(1 << 20);
      device.write(data.duplicate(), 8192);
      for (boolean stored : new boolean[] {false, true}) {
        var back = ByteBuffer.allocate(1 << 20);
        if (stored) {
          device.readStored(back, 8192);
        } else {
          device.read(back, 8192);
        }
        assertThat(back.flip()).isEqualTo(data);
      }
    }
  }

  @Test
  void aZeroedRangeIsAHoleThatReadsAsZeros() throws IOException {
    Path file = directory.resolve("volume");
    try (var device = FileDevice.create(file, SIZE)) {
      device.write(random(SIZE), 0);
      device.force();
      long before = allocated(file);
      device.zero(1 << 20, 2 << 20);
      device.force();
      assertThat(before - allocated(file)).isEqualTo(2 << 20);

      var back = ByteBuffer.allocate(SIZE);
      device.read(back, 0);
      var expected = random(SIZE).array();
      java.util.Arrays.fill(expected, 1 << 20, 3 << 20, (byte) 0);
      assertThat(back.array()).isEqualTo(expected);
    }
    assertThat(Files.size(file)).isEqualTo(SIZE);
  }

  private static long allocated(Path file) throws IOException {
    var stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void aNewFileTakesNoSpaceAndReadsAsZeros() throws IOException {
    Path file = directory.resolve("volume");
    try (var device = FileDevice.create(file, 1L << 40)) {
      assertThat(device.size()).isEqualTo(1L << 40);
      assertThat(allocated(file)).isLessThanOrEqualTo(8192);
      var back = ByteBuffer.allocate(4096);
      device.read(back, (1L << 40) - 4096);
      assertThat(back.array()).containsOnly(0);
    }
  }

  @Test
  void anExistingFileIsNeverMadeAnew() throws IOException {
    Path file = Files.writeString(directory.resolve("volume"), "precious");
    assertThatExceptionOfType(FileAlreadyExistsException.class)
        .isThrownBy(() -> FileDevice.create(file, SIZE));
    assertThat(file).hasContent("precious");
  }

  @Test
  void aMissingFileIsAnError() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> FileDevice.open(directory.resolve("missing")));
  }

  @Test
  void aFileThatIsOpenIsRefusedByWhateverNameUntilItIsClosed() throws IOException {
    Path file = directory.resolve("volume");
    Path hard = directory.resolve("hard");
    Path soft = directory.resolve("soft");
    try (var device = FileDevice.create(file, SIZE)) {
      Files.createLink(hard, file);
      Files.createSymbolicLink(soft, file);
      // One that is refused must not take the lock of the first away when it is closed, nor may
      // anybody else's channel.
      for (Path name : List.of(file, hard, soft, file)) {
        assertThatExceptionOfType(IOException.class)
            .isThrownBy(() -> FileDevice.open(name))
            .withMessageContaining(name + ": it is in use as a volume or target");
        FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE).close();
      }
      device.write(random(4096), 0);
    }
    FileDevice.open(hard).close();
    FileDevice.open(soft).close();
  }

  @Test
  void aFileThatAnotherProcessClosesSoonIsWaitedFor() throws Exception {
    Path file = directory.resolve("volume");
    FileDevice.create(file, SIZE).close();
    Process other =
        new ProcessBuilder("flock", file.toString(), "sh", "-c", "echo locked; exec sleep 60")
            .start();
    try {
      assertThat(other.inputReader().readLine()).isEqualTo("locked");
      assertThatExceptionOfType(IOException.class).isThrownBy(() -> FileDevice.open(file));
      CompletableFuture<FileDevice> opening =
          CompletableFuture.supplyAsync(() -> {
            try {
              return FileDevice.open(file);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          });
      other.descendants().forEach(ProcessHandle::destroyForcibly);
      other.destroyForcibly().waitFor();
      opening.get().close();
    } finally {
      other.destroyForcibly();
    }
  }

  @Test
  void aFileThatShrankBehindOurBackIsAnErrorNotZeros() throws IOException {
    Path file = directory.resolve("volume");
    try (var device = FileDevice.create(file, SIZE)) {
      try (var channel =
          java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
        channel.truncate(4096);
      }
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(() -> device.read(ByteBuffer.allocate(8192), 0))
          .withMessageContaining("ends at 4096");
    }
  }

  @Test
  void aRangeOutsideTheDeviceIsOurFault() throws IOException {
    try (var device = FileDevice.create(directory.resolve("volume"), SIZE)) {
      assertThatExceptionOfType(AssertionError.class)
          .isThrownBy(() -> device.write(random(4096), SIZE - 512));
      assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> device.zero(SIZE, 1));
    }
  }

  @Test
  void aSizeThatNoFileCanHaveIsFoundBeforeAnythingGrows() throws Exception {
    Path file = directory.resolve("small.img");
    try (FileDevice device = FileDevice.create(file, 8192)) {
      device.checkGrowth(1 << 20);
      assertThatThrownBy(() -> device.checkGrowth(Long.MAX_VALUE & -4096L))
          .isInstanceOf(IOException.class);
      assertThat(Files.size(file)).isEqualTo(8192);
      assertThat(device.size()).isEqualTo(8192);
    }
  }
}
