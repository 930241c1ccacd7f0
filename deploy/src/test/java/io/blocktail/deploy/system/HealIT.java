package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Pass;
import io.blocktail.deploy.client.Replica;
import io.blocktail.process.ForeignTool;
import io.blocktail.volume.Geometry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promise *Convergent*: what rots in a target is found in one pass, alerted and healed. And no
/// false alarm while a volume is written to. A volume for each, one system for all.
@Timeout(900)
class HealIT {
  private static final int FLIPS = 1000;
  private static final long BYTES_PER_SECOND = 4 << 20;

  /// Of the volume that is damaged behind its first 16 MiB, which the load has.
  private static final int LOAD_MEGABYTES = 16;

  private static final int SIZE_MEGABYTES = 208;

  private static final int KEPT_MEGABYTES = 128;

  @TempDir static Path temporary;
  private static RunningSystem system;
  private final long seed = Long.getLong("suite.seed", System.nanoTime());
  private final Random random = new Random(seed);

  @BeforeAll
  static void start() throws Exception {
    system =
        RunningSystem.start(
            temporary,
            "--volume",
            "rot=" + SIZE_MEGABYTES + "M",
            "--volume",
            "busy=32M",
            "--volume",
            "kept=" + KEPT_MEGABYTES + "M");
  }

  @AfterAll
  static void stop() {
    if (system != null) {
      system.close();
    }
  }

  @Test
  void aThousandFlippedBytesAreFoundInOnePassAlertedAndHealedWhileWritesGoOnElsewhere()
      throws Exception {
    fill("rot", SIZE_MEGABYTES);
    Path replica = system.image("rot", "replica-b");
    try (var load = load("rot", LOAD_MEGABYTES)) {
      Set<Long> damaged = flipBytes(replica, LOAD_MEGABYTES, SIZE_MEGABYTES);

      system.verify("rot");

      assertThat(accused("rot/replica-b")).as("seed %d", seed).isEqualTo(damaged);
      system.await(
          "all alerts closed", Duration.ofSeconds(60), () -> divergences("rot", "open").isEmpty());
      assertThat(divergences("rot", "all").stream().map(Alert::subject).distinct())
          .containsExactly("rot/replica-b");
      assertThat(load.acknowledged()).isPositive();
    }
    system.awaitFollowed("rot");
    system.assertReplicasEqual("rot");
  }

  /// Its alerts are open, and its requests are being answered.
  @Test
  void aValidatorThatIsKilledWhileAReplicaHealsClosesEachAlertItHadOpened() throws Exception {
    fill("kept", KEPT_MEGABYTES);
    Set<Long> damaged = flipBytes(system.image("kept", "replica-a"), 0, KEPT_MEGABYTES);
    if (!(system.client().verify("kept") instanceof Answer.Given<?>)) {
      throw new AssertionError("no pass was started");
    }
    system.await(
        "an open alert", Duration.ofSeconds(60), () -> !divergences("kept", "open").isEmpty());
    long pid = system.pid("validator");

    system.kill("validator");

    system.awaitRestart("validator", pid);
    system.verify("kept");
    assertThat(divergences("kept", "open")).as("seed %d", seed).isEmpty();
    assertThat(accusations("kept/replica-a").boxed())
        .as("seed %d", seed)
        .containsExactlyInAnyOrderElementsOf(damaged);
    system.assertReplicasEqual("kept");
  }

  /// For 15 s times `-Dsuite.runs`, and two passes at least.
  @Test
  void aBusyVolumeVerifiedWithoutPauseRaisesNoFalseAlarm() throws Exception {
    Duration duration = Duration.ofSeconds(15L * Integer.getInteger("suite.runs", 1));
    fill("busy", 32);
    int passes = 0;
    try (var load = load("busy", 32)) {
      long end = System.nanoTime() + duration.toNanos();
      while (passes < 2 || System.nanoTime() < end) {
        awaitProofs("busy", awaitPass("busy"));
        passes++;
      }
      assertThat(load.acknowledged()).isPositive();
    }
    system.verify("busy");
    assertThat(divergences("busy", "all")).as("seed %d", seed).isEmpty();
    system.awaitFollowed("busy");
    system.assertReplicasEqual("busy");
  }

  /// What was marked was compared, too: each chunk, with both targets.
  private static void awaitProofs(String volume, long pass) throws Exception {
    system.await(
        "both targets proved by pass " + pass,
        Duration.ofSeconds(60),
        () ->
            system.client().replicas() instanceof Answer.Given<List<Replica>>(var replicas)
                && replicas.stream()
                        .filter(replica -> replica.volume().equals(volume))
                        .map(Replica::proof)
                        .filter(proof -> proof != null && proof.pass() >= pass)
                        .count()
                    == 2);
  }

  private void fill(String volume, int megabytes) throws Exception {
    Path image = Images.random(temporary.resolve(volume + ".random"), megabytes, random);
    ForeignTool.require("nbdcopy", "libnbd-bin").run("--flush", image, system.unix(volume));
    system.awaitFollowed(volume);
  }

  private WriteLoad load(String volume, int megabytes) {
    var expected = new Expected(megabytes << 20);
    return WriteLoad.start(system, volume, expected, BYTES_PER_SECOND, random.nextLong());
  }

  /// Changes bytes anywhere in a range, behind the consumer's back.
  ///
  /// @return the chunks that have one
  private Set<Long> flipBytes(Path replica, int fromMegabyte, int toMegabyte) throws Exception {
    var offsets = new TreeSet<Long>();
    while (offsets.size() < FLIPS) {
      offsets.add(random.nextLong((long) fromMegabyte << 20, (long) toMegabyte << 20));
    }
    Images.damage(replica, offsets, random);
    return offsets.stream()
        .map(offset -> offset / Geometry.DEFAULT_CHUNK)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<Alert> divergences(String volume, String state) throws Exception {
    return system.alerts(state).stream()
        .filter(alert -> alert.volume().equals(volume) && alert.kind().equals("divergence"))
        .toList();
  }

  private static Set<Long> accused(String replica) throws Exception {
    return accusations(replica).boxed().collect(Collectors.toCollection(TreeSet::new));
  }

  /// The chunks of all divergence alerts, each as often as it was accused. An alert whose run grew
  /// together with another's goes on in that one.
  private static LongStream accusations(String replica) throws Exception {
    return system.alerts("all").stream()
        .filter(alert -> alert.subject().equals(replica) && alert.kind().equals("divergence"))
        .filter(alert -> !alert.evidenceText().contains("goes on in"))
        .flatMap(
            alert -> alert.chunks() == null ? Stream.<Alert.Chunks>of() : alert.chunks().stream())
        .flatMapToLong(run -> LongStream.range(run.first(), run.first() + run.count()));
  }

  /// Verifies at full speed; returns when every chunk is marked.
  ///
  /// @return the pass
  private static long awaitPass(String volume) throws Exception {
    if (!(system.client().verify(volume) instanceof Answer.Given(var started))) {
      throw new AssertionError("no pass was started");
    }
    system.await(
        "pass %d finished".formatted(started.pass()),
        Duration.ofSeconds(60),
        () ->
            system.client().pass(volume, started.pass()) instanceof Answer.Given<Pass>(var pass)
                && pass.state().equals("finished"));
    return started.pass();
  }
}
