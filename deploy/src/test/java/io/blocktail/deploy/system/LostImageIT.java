package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.BrokerProcess;
import io.blocktail.process.ForeignTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Who has lost an image is told what to do, and that works.
@Timeout(300)
class LostImageIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int MEGABYTES = 16;

  @TempDir Path temporary;

  @Test
  void aLostCopyIsMadeAnewAndALostVolumeGivesWayToAnotherName() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(temporary.resolve("broker"))) {
      String kafka = broker.bootstrap();
      try (RunningSystem system =
          RunningSystem.start(temporary, "--kafka", kafka, "--volume", "demo=" + MEGABYTES + "M")) {
        fill(system, "demo");
        assertThat(system.stop()).isZero();

        Path replica = system.image("demo", "replica-a");
        Files.delete(replica);
        Path state = system.directory().resolve("consumer").resolve("demo").resolve("replica-a");
        assertThat(refused(system))
            .contains("target demo/replica-a: its file " + replica + " is gone")
            .contains("or remove " + state + " as well");

        ForeignTool.require("rm", "coreutils").run("-r", state);
        system.resume();
        system.awaitFollowed("demo");
        system.assertReplicasEqual("demo");
        assertThat(system.stop()).isZero();

        Files.delete(system.image("demo"));
        assertThat(refused(system))
            .contains("volume demo: its file " + system.image("demo") + " is gone")
            .contains("use another --dir and another name, since the Kafka at " + kafka);
      }
      try (RunningSystem other =
          RunningSystem.start(
              temporary.resolve("other"),
              "--kafka",
              kafka,
              "--volume",
              "next=" + MEGABYTES + "M")) {
        fill(other, "next");
        assertThat(other.stop()).isZero();
      }
    }
  }

  private void fill(RunningSystem system, String volume) throws Exception {
    Path image = Images.random(temporary.resolve("input.img"), MEGABYTES, new Random(2));
    ForeignTool.require("nbdcopy", "libnbd-bin").run("--flush", image, system.tcp(volume));
    system.awaitFollowed(volume);
    ForeignTool.require("cmp", "diffutils").run(image, system.image(volume));
    system.assertReplicasEqual(volume);
  }

  /// @return what `up` printed
  private static String refused(RunningSystem system) throws Exception {
    String directory = system.directory().toString();
    Script.Result up = Script.run(PATIENCE, "up", List.of("--dir", directory));
    assertThat(up.exit()).as(up.printed()).isEqualTo(2);
    return up.printed();
  }
}
