package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promise *Source first*: what cannot be kept running takes no client's disk away.
@Timeout(300)
class GivenUpIT {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir Path temporary;

  @Test
  void aValidatorThatCannotBeStartedAgainIsSaidAllTheTimeAndClientsAreServedOn() throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    Path content = Images.random(temporary.resolve("content.img"), 8, new Random(3));
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=8M")) {
      system.kill("validator");
      Path pid = system.directory().resolve("run").resolve("validator.pid");
      system.await("its pid file is gone", PATIENCE, () -> Files.notExists(pid));
      Files.createDirectory(pid); // where the launcher writes the next one's

      system.await(
          "that it was given up is said",
          PATIENCE,
          () -> system.output().contains("validator was given up: it could not be started"));
      system.await(
          "and stays in the status",
          PATIENCE,
          () -> system.output().contains("Clients are served on; end this and start it again"));

      nbdcopy.run("--flush", content, system.tcp("demo"));
      system.awaitFollowed("demo");
      ForeignTool.require("cmp", "diffutils").run(content, system.image("demo"));
      system.assertReplicasEqual("demo");
      assertThat(system.blocktail("status").exit()).isEqualTo(1);
      assertThat(system.stop()).isEqualTo(1);
    }
  }
}
