package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.process.BrokerProcess;
import io.blocktail.process.ForeignTool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Promise "Source first", with a journal that is soon full: the broker is gone longer than it has
/// room for, and the producer is killed in the middle of it.
class OverflowIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SIZE = 24 << 20;
  private static final long BYTES_PER_SECOND = 6 << 20;

  @TempDir Path temporary;

  private static Map<String, String> journal(String whenFull) {
    return Map.of(
        "BLOCKTAIL_JOURNAL_LIMIT", "16M",
        "BLOCKTAIL_JOURNAL_SEGMENT", "4M",
        "BLOCKTAIL_JOURNAL_OVERFLOW_AFTER", "1s",
        "BLOCKTAIL_JOURNAL_WHEN_FULL", whenFull);
  }

  @Test
  void writersGoOnPastAFullJournalAndNothingIsLost() throws Exception {
    survive(
        "overflow",
        (system, load) -> {
          awaitWrites(system, load, 500);
          kill(system);
          awaitWrites(system, load, 500);
          system.await(
              "it goes past the journal after the kill, too",
              PATIENCE,
              () -> system.volume("demo").state().equals("overflow"));
          assertThat(system.volume("demo").dirtyChunks()).isPositive();
        });
  }

  @Test
  void writersWaitForAFullJournalAndNothingIsLost() throws Exception {
    survive("blocked", (system, load) -> kill(system));
  }

  @FunctionalInterface
  private interface Outage {
    void during(RunningSystem system, WriteLoad load) throws Exception;
  }

  private void survive(String state, Outage outage) throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var expected = new Expected(SIZE);
    String whenFull = state.equals("overflow") ? "overflow" : "block";
    try (BrokerProcess broker = BrokerProcess.start(temporary.resolve("broker"));
        RunningSystem system =
            RunningSystem.start(
                journal(whenFull),
                temporary,
                "--kafka",
                broker.bootstrap(),
                "--volume",
                "demo=" + (SIZE >> 20) + "M")) {
      long random = new Random(seed).nextLong();
      try (var load = WriteLoad.start(system, "demo", expected, BYTES_PER_SECOND, random)) {
        awaitWrites(system, load, 500);
        broker.kill();
        system.await(
            "the volume says " + state,
            PATIENCE,
            () -> system.volume("demo").state().equals(state));
        outage.during(system, load);
        broker.start();
        system.await(
            "the volume serves again",
            PATIENCE,
            () -> system.volume("demo").state().equals("serving"));
        kill(system); // in the middle of the gap, where there is one
        awaitWrites(system, load, 500);
      }
      assertNothingIsLost(system, expected);
      assertThat(system.stop()).isZero();
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  private static void kill(RunningSystem system) throws Exception {
    long pid = system.pid("producer");
    system.kill("producer");
    system.await("the producer runs again", PATIENCE, () -> system.pid("producer") != pid);
  }

  private static void awaitWrites(RunningSystem system, WriteLoad load, int more) throws Exception {
    long goal = load.acknowledged() + more;
    system.await(
        "%d more writes acknowledged".formatted(more),
        Duration.ofSeconds(60),
        () -> load.acknowledged() >= goal);
  }

  private void assertNothingIsLost(RunningSystem system, Expected expected) throws Exception {
    system.awaitFollowed("demo");
    Path read = temporary.resolve("read.img");
    ForeignTool.require("nbdcopy", "libnbd-bin").run(system.tcp("demo"), read);
    expected.judge(read);
    ForeignTool.require("cmp", "diffutils").run(read, system.image("demo"));
    system.assertReplicasEqual("demo");
    system.verify("demo");
    system.await(
        "the stream has everything",
        PATIENCE,
        () -> Integer.valueOf(0).equals(system.volume("demo").dirtyChunks()));
    assertThat(system.alerts("all")).extracting(Alert::kind).doesNotContain("divergence");
  }
}
