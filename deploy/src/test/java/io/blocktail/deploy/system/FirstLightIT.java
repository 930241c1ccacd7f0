package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The whole path, as a person starts it: NBD in, two replicas out.
@Timeout(300)
class FirstLightIT {
  private static final int WRITES = 20_000;

  @TempDir Path temporary;

  private Path randomImage(int megabytes) throws Exception {
    byte[] content = new byte[megabytes << 20];
    new Random(5).nextBytes(content);
    return Files.write(temporary.resolve("input.img"), content);
  }

  @Test
  void aWriteReachesTwoReplicasAndAKilledProducerLosesNothing() throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    Path image = randomImage(64);
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=64M")) {
      nbdcopy.run(image, system.tcp("demo"));
      system.awaitFollowed("demo");
      cmp.run(image, system.image("demo"));
      system.assertReplicasEqual("demo");

      killProducerUnderLoad(system);

      system.awaitFollowed("demo");
      system.assertReplicasEqual("demo");
      assertThat(system.stop()).isZero();
    }
  }

  /// Every write that qemu-io says is done must be there afterwards: the pattern of the last one
  /// that was acknowledged before the kill, or of the one after it that was in flight.
  private void killProducerUnderLoad(RunningSystem system) throws Exception {
    ForeignTool qemu = ForeignTool.require("qemu-io", "qemu-utils");
    var arguments = new ArrayList<Object>(List.of("-f", "raw"));
    for (int i = 0; i < WRITES; i++) {
      arguments.add("-c");
      arguments.add("write -P %d %dk 16k".formatted(1 + i % 255, i % 1000 * 64L + 3));
    }
    arguments.add(system.unix("demo"));
    Path printed = temporary.resolve("qemu-io.out");
    long pid = system.pid("producer");
    Process load = qemu.start(printed, arguments.toArray());
    system.await(
        "writes under way",
        Duration.ofSeconds(30),
        () -> Files.exists(printed) && written(printed) > 200);
    system.kill("producer");
    load.waitFor();
    long acknowledged = written(printed);
    system.awaitRestart("producer", pid);

    assertThat(acknowledged).isBetween(200L, WRITES - 1L);
    for (long i = Math.max(0, acknowledged - 50); i < acknowledged; i++) {
      qemu.run(
          "-f",
          "raw",
          "-r",
          "-c",
          "read -P %d %dk 16k".formatted(1 + i % 255, i % 1000 * 64L + 3),
          system.tcp("demo"));
    }
  }

  private static long written(Path printed) throws Exception {
    try (var lines = Files.lines(printed)) {
      return lines.filter(line -> line.startsWith("wrote 16384/16384")).count();
    }
  }

  @Test
  void allDataIsThereAfterAStopAndAfterAKilledLauncher() throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    Path image = randomImage(16);
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=16M")) {
      nbdcopy.run(image, system.unix("demo"));
      assertThat(system.stop()).isZero();

      system.resume();
      system.awaitFollowed("demo");
      cmp.run(image, system.image("demo"));
      system.assertReplicasEqual("demo");

      system.killLauncher();
      system.resume();
      system.awaitFollowed("demo");
      cmp.run(image, system.image("demo"));
      system.assertReplicasEqual("demo");
    }
  }
}
