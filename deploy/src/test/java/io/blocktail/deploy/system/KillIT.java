package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.process.ForeignTool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promise *Durable*: what was acknowledged survives a killed process. Each part is killed
/// `-Dsuite.runs` times (default 1), in an order and at moments that the seed decides.
@Timeout(900)
class KillIT {
  private static final int SIZE = 24 << 20;
  private static final long BYTES_PER_SECOND = 6 << 20;

  @TempDir Path temporary;

  @Test
  void everyAcknowledgedWriteSurvivesTheKillingOfEachPart() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    try {
      killEachPartUnderLoad(new Random(seed), Integer.getInteger("suite.runs", 1));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  private void killEachPartUnderLoad(Random random, int times) throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    List<String> victims = victims(random, times);
    var expected = new Expected(SIZE);
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=24M")) {
      try (var load =
          WriteLoad.start(system, "demo", expected, BYTES_PER_SECOND, random.nextLong())) {
        for (String victim : victims) {
          killAfterSomeWrites(system, load, victim, random);
        }
        awaitWrites(system, load, 500);
      }
      system.awaitFollowed("demo");

      Path read = temporary.resolve("read.img");
      nbdcopy.run(system.tcp("demo"), read);
      expected.judge(read);
      ForeignTool.require("cmp", "diffutils").run(read, system.image("demo"));
      system.assertReplicasEqual("demo");
      system.verify("demo");
      assertThat(system.alerts("all").stream().map(Alert::kind)).doesNotContain("divergence");
      assertThat(system.stop()).isZero();
    }
  }

  private static List<String> victims(Random random, int times) {
    var victims = new ArrayList<String>();
    for (int i = 0; i < times; i++) {
      var round = new ArrayList<>(List.of("producer", "consumer", "validator", "broker"));
      Collections.shuffle(round, random);
      victims.addAll(round);
    }
    return victims;
  }

  private static void killAfterSomeWrites(
      RunningSystem system, WriteLoad load, String victim, Random random) throws Exception {
    awaitWrites(system, load, 200 + random.nextInt(2000));
    long pid = system.pid(victim);
    system.kill(victim);
    system.awaitRestart(victim, pid);
  }

  private static void awaitWrites(RunningSystem system, WriteLoad load, int more) throws Exception {
    long goal = load.acknowledged() + more;
    system.await(
        "%d more writes acknowledged".formatted(more),
        Duration.ofSeconds(60),
        () -> load.acknowledged() >= goal);
  }
}
