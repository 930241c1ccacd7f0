package io.blocktail.deploy.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.BrokerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ProbesIT {
  @TempDir Path temporary;

  /// Two that start at once on the same ports: the other's broker would take our volumes' events.
  @Test
  void onlyTheBrokerThatKeepsItsLogHereIsOurs() throws Exception {
    try (BrokerProcess broker = BrokerProcess.start(temporary.resolve("broker"))) {
      int port = Integer.parseInt(broker.bootstrap().replaceAll(".*:", ""));
      Path other = Files.createDirectory(temporary.resolve("other"));

      assertThat(Probes.kafka(port, temporary.resolve("broker/data")).answers()).isTrue();
      assertThat(Probes.kafka(port, other).answers()).as("not formatted yet").isFalse();
      Files.writeString(other.resolve("meta.properties"), "version=1\ncluster.id=another\n");
      assertThat(Probes.kafka(port, other).answers()).isFalse();
    }
  }
}
