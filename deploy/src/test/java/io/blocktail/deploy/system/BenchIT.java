package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `deploy/bench` measures Blocktail itself, as a person starts it.
@Timeout(300)
class BenchIT {
  private static final Duration PATIENCE = Duration.ofSeconds(240);

  @TempDir Path elsewhere;

  @Test
  void blocktailIsMeasuredPublishingAndPausedAndItsReplicasComparedFromWhereverItIsCalled()
      throws Exception {
    var _ = ForeignTool.require("fio", "fio");

    Script.Result result =
        Script.run(
            elsewhere,
            PATIENCE,
            "bench",
            List.of(
                "nbd",
                "--quick",
                "--only",
                "write-1m-qd4",
                "--contestant",
                "blocktail",
                "--contestant",
                "blocktail-paused"));

    assertThat(result.exit()).as(result.printed()).isZero();
    assertThat(result.printed())
        .containsPattern("round 1  write 1m qd4 +blocktail, paused .* settled after")
        .containsPattern("round 1  write 1m qd4 +blocktail  .* settled after")
        .contains("comparing both replicas with their source")
        .contains("writers never seen blocked");
    assertThat(elsewhere).isEmptyDirectory();
    try (Stream<Path> left = Files.list(Script.path("bench").resolveSibling("target/bench"))) {
      assertThat(left).isEmpty();
    }
  }
}
