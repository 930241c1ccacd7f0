package io.blocktail.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DiskTest {
  @TempDir Path directory;

  private Disk disk(String kind) throws IOException {
    return kind.equals("file") ? FileDisk.open(directory) : new SimulatedDisk();
  }

  private static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "simulated"})
  void filesAreWrittenReadRenamedAndListed(String kind) throws IOException {
    Disk disk = disk(kind);
    try (DiskFile file = disk.open("b")) {
      file.write(bytes("hello"), 3);
      file.write(new ByteBuffer[] {bytes("x"), bytes("yz"), bytes("not this")}, 2, 8);
      file.force();
      assertThat(file.size()).isEqualTo(11);
      var back = ByteBuffer.allocate(20);
      assertThat(file.read(back, 0)).isEqualTo(11);
      assertThat(new String(back.array(), 0, 11, StandardCharsets.UTF_8))
          .isEqualTo("\0\0\0helloxyz");
      assertThat(file.read(ByteBuffer.allocate(1), 11)).isZero();
    }
    disk.replace("c", bytes("first"));
    disk.replace("c", bytes("second"));
    assertThat(disk.read("c", 6)).hasValue(bytes("second"));
    assertThatIOException().isThrownBy(() -> disk.read("c", 5));
    assertThat(disk.read("none", 5)).isEmpty();
    disk.rename("b", "a");
    assertThat(disk.list()).isEqualTo(List.of("a", "c"));
    assertThat(disk.exists("b")).isFalse();
    disk.delete("a");
    disk.delete("a");
    assertThat(disk.list()).isEqualTo(List.of("c"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"file", "simulated"})
  void aDirectoryIsTakenByOneUntilItIsGivenBack(String kind) throws IOException {
    Disk disk = disk(kind);
    for (int round = 0; round < 2; round++) {
      try (var _ = disk.lock("lock")) {
        assertThatIOException()
            .isThrownBy(() -> disk.lock("lock"))
            .withMessageContaining("in use already");
      }
    }
  }

  @Test
  void gatheredWritesOfMoreBuffersThanTheSystemTakesAtOnceAreWhole() throws IOException {
    var buffers = new ByteBuffer[5000];
    for (int i = 0; i < buffers.length; i++) {
      buffers[i] = ByteBuffer.allocateDirect(3).put((byte) i).put((byte) (i >> 8)).put((byte) 1);
      buffers[i].flip();
    }
    try (DiskFile file = FileDisk.open(directory).open("f")) {
      file.write(buffers, buffers.length, 0);
    }
    byte[] written = Files.readAllBytes(directory.resolve("f"));
    assertThat(written).hasSize(15_000);
    for (int i = 0; i < buffers.length; i++) {
      assertThat(written[3 * i]).isEqualTo((byte) i);
      assertThat(written[3 * i + 1]).isEqualTo((byte) (i >> 8));
    }
  }

  @Test
  void aSimulatedPowerLossKeepsWhatWasForcedAndOnlyThatForSure() throws IOException {
    var random = new Random(7);
    boolean kept = false;
    boolean lost = false;
    boolean torn = false;
    for (int round = 0; round < 100; round++) {
      var disk = new SimulatedDisk();
      DiskFile file = disk.open("f");
      file.write(bytes("a".repeat(2048)), 0);
      file.force();
      file.write(bytes("b".repeat(2048)), 0);
      disk.losePower(random);
      String now = new String(disk.contentOf("f"), StandardCharsets.UTF_8);
      assertThat(now).matches("([ab])\\1{511}([ab])\\2{511}([ab])\\3{511}([ab])\\4{511}");
      kept |= !now.contains("a");
      lost |= !now.contains("b");
      torn |= now.contains("a") && now.contains("b");
    }
    assertThat(kept && lost && torn).isTrue();
  }
}
