package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.BrokerProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerProcessIT {
  @TempDir Path directory;

  @Test
  void aKilledBrokerComesBackWithItsTopics() throws Exception {
    try (var broker = BrokerProcess.start(directory)) {
      try (var admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrap()))) {
        admin
            .createTopics(List.of(new NewTopic("t", Optional.of(1), Optional.empty())))
            .all()
            .get();
        broker.kill();
        assertThat(broker.isAlive()).isFalse();
        broker.start();
        assertThat(admin.listTopics().names().get()).contains("t");
        broker.stop();
        assertThat(broker.isAlive()).isFalse();
      }
    }
  }
}
