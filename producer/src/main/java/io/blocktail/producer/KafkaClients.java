package io.blocktail.producer;

import io.blocktail.event.Topics;
import io.blocktail.producer.publish.KafkaMessageTopic;
import io.blocktail.producer.publish.KafkaSettings;
import io.blocktail.producer.publish.LateClient;
import io.blocktail.producer.publish.TopicSetup;
import java.time.Duration;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;

/// The clients of Kafka that all volumes share.
record KafkaClients(
    KafkaSettings settings,
    Topics topics,
    LateClient<Admin> admin,
    TopicSetup setup,
    LateClient<Producer<byte[], byte[]>> messages)
    implements AutoCloseable {
  /// Does not connect yet; a broker whose name cannot be resolved now may be later.
  static KafkaClients open(ProducerConfig config) {
    var settings = new KafkaSettings(config.kafka());
    var topics = new Topics(config.topicPrefix());
    try {
      LateClient<Admin> admin = LateClient.of(() -> Admin.create(settings.admin()));
      var setup =
          new TopicSetup(
              admin,
              topics,
              config.topics().replicationFactor(),
              config.topics().minInsyncReplicas());
      return new KafkaClients(
          settings,
          topics,
          admin,
          setup,
          LateClient.of(() -> new KafkaProducer<>(settings.messages())));
    } catch (KafkaException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ConfigurationError("blocktail.kafka", String.valueOf(cause.getMessage()), e);
    }
  }

  KafkaMessageTopic messages(String topic) {
    return new KafkaMessageTopic(topic, messages, setup::sharedMade);
  }

  @Override
  public void close() {
    messages.close(client -> client.close(Duration.ofSeconds(2)));
    admin.close(client -> client.close(Duration.ofSeconds(2)));
  }
}
