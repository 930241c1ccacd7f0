package io.blocktail.consumer.target;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.storage.FileDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How a target starts on real files.
class TargetFilesTest {
  private static final Geometry GEOMETRY = Geometry.of(3 << 20);

  @TempDir private Path directory;

  private final Source source = new Source(GEOMETRY);
  private final SimulatedStream stream = new SimulatedStream();
  private Instant now = Instant.EPOCH;

  @BeforeEach
  void publish() {
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    stream.publish(
        source.write(
            1 << 20,
            "written"
                .repeat(4096)
                .substring(0, 8192)
                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
  }

  private Path data() {
    return directory.resolve("data.img");
  }

  private Path own() {
    return directory.resolve("own");
  }

  private Target run() throws IOException {
    var target =
        new Target(
            "demo/a",
            new Applier.Ground(
                Bench.SELF, new ReplicaFile(data()), FileDisk.open(own()), answer -> {}, 1000),
            stream,
            ask -> {},
            TargetSettings.of(Duration.ofSeconds(5)),
            () -> now);
    run(target);
    return target;
  }

  private static void run(Target target) {
    for (int i = 0; i < 50; i++) {
      target.step(Duration.ZERO);
      target.checkpointStep(Duration.ZERO);
    }
  }

  @Test
  void missingFileIsMadeWithTheVolumesSize() throws IOException {
    Target target = run();
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(data()).hasBinaryContent(source.content);
    target.finish();
  }

  @Test
  void fileOfHolesIsTaken() throws IOException {
    try (var file = new RandomAccessFile(data().toFile(), "rw")) {
      file.setLength(4 << 20);
    }
    Target target = run();
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(Files.size(data())).isEqualTo(4 << 20);
    target.finish();
  }

  @Test
  void aCopyKeepsItsUuidUntilItIsMadeAnew() throws IOException {
    Target target = run();
    UUID first = requireNonNull(target.report().replica());
    target.finish();
    target = run();
    assertThat(target.report().replica()).isEqualTo(first);
    target.finish();
    for (String file : List.of("checkpoint", "versions")) {
      Files.delete(own().resolve(file));
    }
    Files.delete(data());
    target = run();
    assertThat(target.report().replica()).isNotNull().isNotEqualTo(first);
    target.finish();
  }

  @Test
  void emptyFileIsTaken() throws IOException {
    Files.createFile(data());
    Target target = run();
    assertThat(data()).hasBinaryContent(source.content);
    target.finish();
  }

  @Test
  void contentWithoutACheckpointIsRefusedUntilItIsGone() throws IOException {
    Files.writeString(data(), "precious");
    Target target = run();
    assertThat(target.report().state())
        .isEqualTo(
            new TargetState.Halted(
                data()
                    + " has content, but there is no checkpoint that says which: give another file, or empty this one. It tries again by itself until that is mended"));
    assertThat(data()).hasContent("precious");
    Files.delete(data());
    now = now.plusSeconds(60);
    run(target);
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    target.finish();
  }

  @Test
  void fileSmallerThanItsVolumeHaltsNamingBothSizes() throws IOException {
    try (var file = new RandomAccessFile(data().toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    Target target = run();
    assertThat(target.report().reason())
        .endsWith(
            data()
                + " is smaller than its volume: it has 1048576 bytes, the volume 3145728. It tries again by itself until that is mended");
    assertThat(target.report().state()).isInstanceOf(TargetState.Halted.class);
    target.finish();
  }

  @Test
  void fileThatHasGoneHalts() throws IOException {
    run().finish();
    Files.delete(data());
    assertThat(run().report().reason())
        .isEqualTo(
            data()
                + " is missing although there is a checkpoint that tells what it holds. It tries again by itself until that is mended");
    assertThat(data()).doesNotExist();
  }

  @Test
  void fileThatIsRemovedWhileItIsInUseHaltsUntilItIsBack() throws IOException {
    Target target = run();
    Path elsewhere = directory.resolve("elsewhere.img");
    Files.move(data(), elsewhere);
    target.watch();
    run(target);
    assertThat(target.report().state())
        .isEqualTo(
            new TargetState.Halted(
                data()
                    + " was removed while it was in use: put it back, or remove the target's directory's content too to start this target anew. It tries again by itself until that is mended"));
    Files.move(elsewhere, data());
    now = now.plusSeconds(60);
    target.watch();
    run(target);
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    target.finish();
  }

  @Test
  void fileThatIsReplacedWhileItIsInUseIsNotTakenForTheCopy() throws IOException {
    Target target = run();
    Path copy = directory.resolve("copy.img");
    Files.copy(data(), copy);
    Files.move(copy, data(), StandardCopyOption.REPLACE_EXISTING);
    target.watch();
    run(target);
    now = now.plusSeconds(60);
    run(target);
    assertThat(target.report().state()).isInstanceOf(TargetState.Halted.class);
    assertThat(target.report().reason())
        .startsWith(data() + " was replaced by another file while it was in use: ");
    Files.delete(data());
    Files.delete(own().resolve("checkpoint"));
    now = now.plusSeconds(60);
    target.watch();
    run(target);
    now = now.plusSeconds(60);
    run(target);
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    target.finish();
  }

  @Test
  void damagedCheckpointHalts() throws IOException {
    run().finish();
    byte[] content = Files.readAllBytes(own().resolve("checkpoint"));
    content[30] ^= 1;
    Files.write(own().resolve("checkpoint"), content);
    assertThat(run().report().reason())
        .isEqualTo(
            "the file checkpoint of %s is damaged: its checksum is wrong. Remove the directory's content and the replica's file to start this target anew. It tries again by itself until that is mended"
                .formatted(own()));
  }

  @Test
  void damagedVersionsHaltWhenTheyAreNeeded() throws IOException {
    run().finish();
    byte[] content = Files.readAllBytes(own().resolve("versions"));
    content[4096 + 512 * 4 + 100] ^= 1;
    Files.write(own().resolve("versions"), content);
    stream.publish(source.zero(1 << 20, 4096, false));
    assertThat(run().report().reason())
        .contains("the file versions is damaged at byte 6144: the checksum of its page 4 is wrong");
  }

  @Test
  void secondConsumerIsKeptAway() throws IOException {
    try (var _ = TargetLock.take(own())) {
      assertThatThrownBy(() -> TargetLock.take(own()))
          .hasMessage(own() + " is in use by another consumer");
    }
    TargetLock.take(own()).close();
  }

  @Test
  void cleanStopLeavesNothingToRecover() throws IOException {
    run().finish();
    stream.electLeader();
    Target target = run();
    assertThat(target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(target.report().watermark()).isEqualTo(2);
    target.finish();
  }
}
