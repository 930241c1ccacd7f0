package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.process.ForeignTool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A volume whose publishing is paused under load, with a journal that is soon full and a kill in
/// between: nobody says that all is well, and after the resume all targets are equal.
class PauseIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int SIZE = 24 << 20;
  private static final long BYTES_PER_SECOND = 3 << 20;

  @TempDir Path temporary;

  @Test
  void aPausedVolumeIsServedOnAndItsTargetsGetEverythingAfterTheResume() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var expected = new Expected(SIZE);
    Map<String, String> small =
        Map.of(
            "BLOCKTAIL_JOURNAL_LIMIT", "24M",
            "BLOCKTAIL_JOURNAL_SEGMENT", "4M",
            "BLOCKTAIL_JOURNAL_OVERFLOW_AFTER", "1s");
    try (RunningSystem system =
        RunningSystem.start(small, temporary, "--volume", "demo=" + (SIZE >> 20) + "M")) {
      long random = new Random(seed).nextLong();
      try (var load = WriteLoad.start(system, "demo", expected, BYTES_PER_SECOND, random)) {
        awaitWrites(system, load, 200);
        assertThat(system.blocktail("volumes", "pause", "demo").exit()).isZero();
        Long last = Objects.requireNonNull(system.volume("demo").sequence());
        awaitWrites(system, load, 200);
        assertNobodySaysThatAllIsWell(system);
        assertThat(system.volume("demo").published()).isLessThanOrEqualTo(last);
        kill(system);
        awaitWrites(system, load, 500);
        system.await(
            "the journal is full, and the reason says why",
            PATIENCE,
            () ->
                system.volume("demo").state().equals("overflow")
                    && Objects.requireNonNullElse(system.volume("demo").reason(), "")
                        .contains("publishing is paused since"));
        assertThat(system.blocktail("volumes", "resume", "demo").exit()).isZero();
        awaitWrites(system, load, 200);
      }
      system.awaitFollowed("demo");
      Path read = temporary.resolve("read.img");
      ForeignTool.require("nbdcopy", "libnbd-bin").run(system.tcp("demo"), read);
      expected.judge(read);
      system.assertReplicasEqual("demo");
      system.verify("demo");
      assertThat(system.alerts("all")).extracting(Alert::kind).doesNotContain("divergence");
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  private static void assertNobodySaysThatAllIsWell(RunningSystem system) throws Exception {
    assertThat(system.volume("demo").state()).isEqualTo("paused");
    assertThat(system.blocktail("verify", "demo").exit()).isEqualTo(2);
    assertThat(system.blocktail("status").exit()).isEqualTo(1);
    system.await(
        "the validator calls no target equal",
        PATIENCE,
        () ->
            system.client().replicas() instanceof Answer.Given<List<Replica>>(var replicas)
                && !replicas.isEmpty()
                && replicas.stream().noneMatch(replica -> replica.verdict().equals("equal")));
  }

  private static void kill(RunningSystem system) throws Exception {
    long pid = system.pid("producer");
    system.kill("producer");
    system.await("the producer runs again", PATIENCE, () -> system.pid("producer") != pid);
  }

  private static void awaitWrites(RunningSystem system, WriteLoad load, int more) throws Exception {
    long goal = load.acknowledged() + more;
    system.await(
        "%d more writes acknowledged".formatted(more), PATIENCE, () -> load.acknowledged() >= goal);
  }
}
