package io.blocktail.deploy.system;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.process.BrokerProcess;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promise *Source first*: a dead broker costs writers nothing but journal space, everybody says
/// that it is away, and nothing is lost. Small unaligned writes with an oracle go to one volume; to
/// another one fio writes more than the producer's whole heap.
@Timeout(600)
class BrokerGoneIT {
  private static final Duration GONE = Duration.ofSeconds(30);
  private static final Duration NOTICED = Duration.ofSeconds(25);
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final int SIZE = 24 << 20;
  private static final long BYTES_PER_SECOND = 3 << 20;
  private static final int BULK_MEGABYTES = 512;
  private static final int BULK_MEGABYTES_PER_SECOND = 20;

  /// What the producer may hold of what is not published: its window of unacknowledged records is
  /// 32 MiB a volume.
  private static final long MOST_GROWTH = 80L << 20;

  @TempDir Path temporary;

  @Test
  void theBrokerIsGoneForHalfAMinuteWhileClientsWriteAndNothingIsLost() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var expected = new Expected(SIZE);
    try (BrokerProcess broker = BrokerProcess.start(temporary.resolve("broker"));
        RunningSystem system =
            RunningSystem.start(
                temporary,
                "--kafka",
                broker.bootstrap(),
                "--volume",
                "demo=" + (SIZE >> 20) + "M",
                "--volume",
                "bulk=" + BULK_MEGABYTES + "M")) {
      long producer = system.pid("producer");

      takeTheBrokerAwayUnderLoad(system, broker, expected, new Random(seed).nextLong());
      assertNothingIsLost(system, expected);

      assertThat(system.pid("producer"))
          .as("the producer that was there before")
          .isEqualTo(producer);
      assertThat(system.stop()).isZero();
      assertLogged(system, "producer", "OutOfMemoryError", false);
      assertLogged(system, "producer", "all is well again", true);
      assertLogged(system, "consumer", "→ halted", false);
      assertLogged(system, "consumer", "→ resyncing", false);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  private void takeTheBrokerAwayUnderLoad(
      RunningSystem system, BrokerProcess broker, Expected expected, long seed) throws Exception {
    try (var load = WriteLoad.start(system, "demo", expected, BYTES_PER_SECOND, seed)) {
      system.await("writes under way", PATIENCE, () -> load.acknowledged() > 1000);
      long heapBefore = liveHeap(system);

      broker.kill();
      long killed = System.nanoTime();
      load.forgetDelays();
      Path fioSays = temporary.resolve("fio.json");
      Process fio = fio().start(fioSays, bulk(system, "--do_verify=0"));
      awaitEverybodySaysSo(system);
      TimeUnit.NANOSECONDS.sleep(killed + GONE.toNanos() - System.nanoTime()); // gone all that time

      assertThat(load.longestSilenceMillis()).as("ms without any answer").isLessThan(1000);
      assertThat(load.slowestMillis()).as("ms until the slowest answer").isLessThan(5000);
      assertThat(fio.waitFor()).as(Files.readString(fioSays)).isZero();
      assertThat(slowestMillis(fioSays)).as("ms until fio's slowest answer").isLessThan(5000);
      assertThat(system.volumes()).extracting(Volume::state).containsOnly("serving");
      assertThat(liveHeap(system) - heapBefore)
          .as("growth of the producer's heap, bytes")
          .isLessThan(MOST_GROWTH);

      broker.start();
      long then = load.acknowledged();
      system.await("writes go on", PATIENCE, () -> load.acknowledged() > then + 1000);
    }
  }

  private static ForeignTool fio() {
    return ForeignTool.require("fio", "fio");
  }

  /// Every block of the volume once, in random order.
  private static Object[] bulk(RunningSystem system, String verify) {
    return new Object[] {
      "--name=bulk",
      "--ioengine=nbd",
      "--uri=" + system.tcp("bulk"),
      "--rw=randwrite",
      "--bs=64k",
      "--iodepth=8",
      "--size=" + BULK_MEGABYTES + "m",
      "--rate=" + BULK_MEGABYTES_PER_SECOND + "m",
      "--randseed=9",
      "--verify=crc32c",
      "--verify_fatal=1",
      "--verify_state_save=0",
      verify,
      "--output-format=json"
    };
  }

  private static long slowestMillis(Path fioSays) throws IOException {
    String json = Files.readString(fioSays);
    var job = new ObjectMapper().readTree(json.substring(json.indexOf('{'))).path("jobs").path(0);
    assertThat(job.path("write").path("io_bytes").asLong()).isEqualTo((long) BULK_MEGABYTES << 20);
    return job.path("write").path("lat_ns").path("max").asLong() / 1_000_000;
  }

  /// A number that nobody can know is not told, and that Kafka is away is told everywhere.
  private static void awaitEverybodySaysSo(RunningSystem system) throws Exception {
    system.await(
        "every target tells that it cannot read",
        NOTICED,
        () -> system.targets().stream().allMatch(BrokerGoneIT::tellsThatItCannotRead));
    system.await(
        "every volume tells that Kafka does not answer",
        NOTICED,
        () -> system.volumes().stream().allMatch(volume -> volume.reason() != null));
    Script.Result status = system.blocktail("status");
    assertThat(status.exit()).isEqualTo(1);
    assertThat(status.printed())
        .contains(
            "! volume demo: Kafka", "! target demo/replica-a: how far it is behind is not known");
    system.await(
        "up shows it", NOTICED, () -> system.output().contains("the stream cannot be read"));
  }

  private static boolean tellsThatItCannotRead(Target target) {
    String reason = target.reason();
    return target.lagChanges() == null
        && target.lagMillis() == null
        && reason != null
        && reason.contains("the stream cannot be read");
  }

  /// Bytes of the producer's objects that are in use, after a full collection.
  private static long liveHeap(RunningSystem system) throws Exception {
    Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
    Process asked =
        new ProcessBuilder(jcmd.toString(), "" + system.pid("producer"), "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String printed = new String(asked.getInputStream().readAllBytes(), UTF_8);
    assertThat(asked.waitFor()).as(printed).isZero();
    String total =
        printed.lines().filter(line -> line.startsWith("Total")).findFirst().orElseThrow();
    return Long.parseLong(total.split(" +")[2]);
  }

  /// Every acknowledged write is on the source, and both replicas are equal to it.
  private void assertNothingIsLost(RunningSystem system, Expected expected) throws Exception {
    for (String volume : List.of("demo", "bulk")) {
      system.awaitFollowed(volume);
      system.assertReplicasEqual(volume);
    }
    Path read = temporary.resolve("read.img");
    ForeignTool.require("nbdcopy", "libnbd-bin").run(system.tcp("demo"), read);
    expected.judge(read);
    ForeignTool.require("cmp", "diffutils").run(read, system.image("demo"));
    fio().run(bulk(system, "--verify_only=1"));
    assertThat(system.alerts("all")).extracting(Alert::kind).doesNotContain("divergence");
    system.verify("demo");
    system.verify("bulk");
  }

  private static void assertLogged(
      RunningSystem system, String child, String text, boolean expected) throws IOException {
    boolean found = false;
    try (var files = Files.list(system.directory().resolve("logs"))) {
      for (Path file : files.toList()) {
        boolean own = file.getFileName().toString().startsWith(child);
        found |= own && Files.readString(file).contains(text);
      }
    }
    assertThat(found).as("'%s' in what the %s logged", text, child).isEqualTo(expected);
  }
}
