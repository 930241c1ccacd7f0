package io.blocktail.deploy.plan;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.deploy.directory.Directory;
import io.blocktail.volume.FileDevice;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RequirementsTest {
  @TempDir Path temporary;
  private Path file = Path.of("unset");

  @BeforeEach
  void name() {
    file = temporary.resolve("some.img");
  }

  private void check(List<String> volumes, List<String> targets, int offset) {
    Plan plan =
        Plan.fresh(
            new Wish(
                volumes.stream().map(PlannedVolume::parse).toList(),
                targets.stream().map(PlannedTarget::parse).toList(),
                null,
                offset));
    new Requirements(plan, new Directory(temporary.resolve("DIR"))).check();
  }

  private void sized(long bytes) throws IOException {
    try (var sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(bytes);
    }
  }

  /// Where nothing listens, most likely.
  private static int quiet() {
    return 31000;
  }

  @Test
  void aMissingVolumeFileIsNamed() {
    assertThatThrownBy(() -> check(List.of("a=" + file), List.of(), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume a: there is no file " + file);
  }

  @Test
  void aVolumeFileOfHalfBlocksIsRefused() throws IOException {
    sized(5000);

    assertThatThrownBy(() -> check(List.of("a=" + file), List.of(), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("(5000 bytes) is not a positive multiple of 4 KiB");
  }

  @Test
  void aDirectoryIsNoVolume() {
    assertThatThrownBy(() -> check(List.of("a=" + temporary), List.of(), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageEndingWith("is a directory");
  }

  @Test
  void aTargetSmallerThanItsVolumeIsRefusedNamingBothSizes() throws IOException {
    sized(4096);

    assertThatThrownBy(() -> check(List.of("a=1M"), List.of("a/x=" + file), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has 4096 bytes, but volume a has 1048576");
  }

  @Test
  void aTargetWithContentIsRefused() throws IOException {
    sized(1 << 20);
    try (var some = new RandomAccessFile(file.toFile(), "rw")) {
      some.seek(700_000);
      some.write(1);
    }

    assertThatThrownBy(() -> check(List.of("a=1M"), List.of("a/x=" + file), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining("has content");
  }

  @Test
  void anEmptyTargetFileIsTaken() throws IOException {
    sized(1 << 20);

    check(List.of("a=1M"), List.of("a/x=" + file), quiet());
  }

  @Test
  void oneFileForTwoIsRefusedThroughALinkToo() throws IOException {
    sized(4096);
    Path link = Files.createSymbolicLink(temporary.resolve("link"), file);

    assertThatThrownBy(() -> check(List.of("a=" + file), List.of("a/x=" + link), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume a and target a/x are both in");
  }

  @Test
  void oneFileForTwoIsRefusedThroughAHardLinkToo() throws IOException {
    sized(4096);
    Path link = Files.createLink(temporary.resolve("link"), file);

    assertThatThrownBy(() -> check(List.of("a=" + file, "b=" + link), List.of(), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume a and volume b are both in");
  }

  @Test
  void anImageThatIsMadeInTheDirectoryIsNobodyElsesFile() {
    Path made = temporary.resolve("DIR").resolve("volumes").resolve("a.img");

    assertThatThrownBy(() -> check(List.of("a=1M"), List.of("a/x=" + made), quiet()))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("volume a and target a/x are both in");
  }

  @Test
  void aFileThatAnotherOneHasOpenIsRefused() throws IOException {
    sized(1 << 20);
    Path link = Files.createLink(temporary.resolve("link"), file);
    try (var _ = FileDevice.open(link)) {
      assertThatThrownBy(() -> check(List.of("a=" + file), List.of(), quiet()))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("volume a: " + file)
          .hasMessageContaining("it is in use as a volume or target by somebody else");
      assertThatThrownBy(() -> check(List.of("b=1M"), List.of("b/x=" + file), quiet()))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("target b/x: " + file);
    }
    check(List.of("a=" + file), List.of(), quiet());
  }

  @Test
  void aBusyPortIsNamedWithTheOptionThatHelps() throws IOException {
    int offset = 33000;
    try (var _ = new ServerSocket(8081 + offset, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> check(List.of("a=1M"), List.of(), offset))
          .isInstanceOf(RefusedException.class)
          .hasMessageStartingWith("busy: port %d (the producer)".formatted(8081 + offset))
          .hasMessageContaining("--port-offset");
    }
  }
}
