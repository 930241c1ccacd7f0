package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.process.BrokerProcess;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promises "Durable" and "Convergent": the producer is killed under load `-Dsuite.runs` times
/// (default 10), every third time together with the broker. Each time every block of the source
/// lies between what was acknowledged and what was asked for, and so do the targets once they have
/// followed.
@Timeout(1800)
class SourceKillIT {
  private static final int BLOCKS = 4096;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  @Test
  void everyBlockLiesBetweenWhatWasAcknowledgedAndWhatWasAskedFor() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    try {
      killAgainAndAgain(new Random(seed), Integer.getInteger("suite.runs", 10));
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  private void killAgainAndAgain(Random random, int times) throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    int nbd = DirectService.freePort();
    var oracle = new BlockOracle(BLOCKS);
    try (var broker = BrokerProcess.start(temporary.resolve("broker"));
        var producer = DirectService.start(broker, "producer", temporary, source(nbd));
        var consumer = DirectService.start(broker, "consumer", temporary, targets());
        var client = client(producer, consumer)) {
      await("the volume is served", () -> state(client).equals("serving"));
      for (int run = 1; run <= times; run++) {
        var writers = BlockWriters.start(nbd, "demo", oracle, random.nextLong());
        int goal = 100 + random.nextInt(6000);
        await("%d writes".formatted(goal), () -> writers.acknowledged() >= goal);
        boolean withBroker = run % 3 == 0;
        producer.kill();
        if (withBroker) {
          broker.kill();
        }
        writers.awaitEnd();
        producer.restart();
        await("the volume is served", () -> state(client).equals("serving"));
        Path read = temporary.resolve("read.img");
        nbdcopy.run("nbd://127.0.0.1:%d/demo".formatted(nbd), read);
        oracle.judge(read);
        if (withBroker) {
          broker.start();
        }
        assertFollowed(client, read);
      }
    }
  }

  private Map<String, String> source(int nbd) {
    return Map.of(
        "blocktail.nbd.port",
        "" + nbd,
        "blocktail.checkpoint-interval",
        "500ms",
        "blocktail.journal.limit",
        "256M",
        "blocktail.journal.segment",
        "4M",
        "blocktail.volumes.demo.file",
        temporary.resolve("demo.img").toString(),
        "blocktail.volumes.demo.size",
        "" + BLOCKS * BlockOracle.BLOCK,
        "blocktail.volumes.demo.directory",
        temporary.resolve("source").toString());
  }

  private Map<String, String> targets() {
    String prefix = "blocktail.volumes.demo.targets.";
    return Map.of(
        prefix + "one.file", temporary.resolve("one.img").toString(),
        prefix + "one.directory", temporary.resolve("one").toString(),
        prefix + "two.file", temporary.resolve("two.img").toString(),
        prefix + "two.directory", temporary.resolve("two").toString());
  }

  private static ServiceClient client(DirectService producer, DirectService consumer) {
    return new ServiceClient(
        new Endpoints(
            URI.create("http://127.0.0.1:1"),
            URI.create("http://127.0.0.1:" + producer.port()),
            URI.create("http://127.0.0.1:" + consumer.port()),
            "127.0.0.1",
            1),
        Duration.ofSeconds(5));
  }

  private static String state(ServiceClient client) throws IOException {
    return value(client.volumes()).getFirst().state();
  }

  private void assertFollowed(ServiceClient client, Path read) throws Exception {
    Long sequence = value(client.volumes()).getFirst().sequence();
    assertThat(sequence).isNotNull();
    await(
        "both targets at " + sequence,
        () -> {
          List<Target> targets = value(client.targets());
          return targets.size() == 2
              && targets.stream()
                  .allMatch(target -> {
                    Long watermark = target.watermark();
                    return target.consistent() && watermark != null && watermark >= sequence;
                  });
        });
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    for (Target target : value(client.targets())) {
      cmp.run(read, target.file());
    }
  }

  private static <T> T value(Answer<T> answer) throws IOException {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    throw new IOException(answer.trouble());
  }

  private static void await(String what, Condition condition) throws Exception {
    Condition.await(what, PATIENCE, condition, () -> "");
  }
}
