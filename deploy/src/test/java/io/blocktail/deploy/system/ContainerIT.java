package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.process.ForeignTool;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;
import org.testcontainers.utility.DockerImageName;

/// The whole path with Kafka as others package and configure it: nothing of ours makes the topics'
/// broker, its settings are its image's. The image is that of the system property `kafka.image`.
@Timeout(300)
class ContainerIT {
  private static final int MEGABYTES = 64;
  private static final long DAMAGED = 37L << 20;

  @TempDir Path temporary;

  /// Skips the test, or fails it in CI, where no container engine answers.
  private static KafkaContainer kafka() {
    if (!DockerClientFactory.instance().isDockerAvailable()) {
      String missing = "no container engine answers: start Docker, or set DOCKER_HOST";
      if (Boolean.getBoolean("suite.ci")) {
        throw new AssertionError(missing);
      }
      System.err.println("test skipped: " + missing);
      return Assumptions.abort(missing);
    }
    String image = System.getProperty("kafka.image", "apache/kafka:4.1.1");
    var kafka =
        new KafkaContainer(DockerImageName.parse(image).asCompatibleSubstituteFor("apache/kafka"));
    if (image.startsWith("local/")) {
      kafka.withImagePullPolicy(name -> false); // it was built here, no registry has it
    }
    return kafka;
  }

  @Test
  void writesReachTwoReplicasAndADamagedBlockIsHealedThroughAKafkaInAContainer() throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    ForeignTool qemu = ForeignTool.require("qemu-io", "qemu-utils");
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    var random = new Random(11);
    Path image = Images.random(temporary.resolve("input.img"), MEGABYTES - 16, random);
    try (KafkaContainer kafka = kafka()) {
      kafka.start();
      String volume = "demo=" + MEGABYTES + "M";
      try (RunningSystem system =
          RunningSystem.start(
              temporary, "--kafka", kafka.getBootstrapServers(), "--volume", volume)) {
        nbdcopy.run("--flush", image, system.tcp("demo"));
        qemu.run(
            "-f", "raw", "-c", "write -f -P 7 50M 1M", "-c", "discard 3M 2M", system.unix("demo"));
        system.awaitFollowed("demo");
        system.assertReplicasEqual("demo");

        Images.damage(system.image("demo", "replica-a"), List.of(DAMAGED), random);
        system.verify("demo");

        cmp.run(system.image("demo"), system.image("demo", "replica-a"));
        system.await(
            "the alert closed",
            Duration.ofSeconds(30),
            () -> system.alerts("closed").stream().anyMatch(ContainerIT::accusesTheDamaged));
        assertThat(system.alerts("open")).isEmpty();
        system.assertReplicasEqual("demo");
        assertThat(system.stop()).isZero();
      }
    }
  }

  private static boolean accusesTheDamaged(Alert alert) {
    return alert.kind().equals("divergence") && alert.subject().equals("demo/replica-a");
  }
}
