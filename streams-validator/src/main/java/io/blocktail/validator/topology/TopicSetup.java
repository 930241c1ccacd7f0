package io.blocktail.validator.topology;

import io.blocktail.event.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;

/// Makes the topics that are missing, with the settings that the producer gives them, so that it
/// does not matter which of the two starts first. Replication is the broker's default.
final class TopicSetup {
  private static final int DIGEST_PARTITIONS = 8;

  private TopicSetup() {}

  static List<NewTopic> topics(Topics topics) {
    var wanted = new ArrayList<NewTopic>();
    wanted.add(deleting(topics.digests(), DIGEST_PARTITIONS, Duration.ofDays(1)));
    wanted.add(deleting(topics.resyncRequests(), 1, Duration.ofDays(7)));
    for (String name : List.of(topics.alerts(), topics.sources(), topics.replicas())) {
      wanted.add(
          topic(
              name,
              1,
              Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT)));
    }
    return wanted;
  }

  private static NewTopic deleting(String name, int partitions, Duration retention) {
    return topic(
        name,
        partitions,
        Map.of(
            TopicConfig.CLEANUP_POLICY_CONFIG,
            TopicConfig.CLEANUP_POLICY_DELETE,
            TopicConfig.RETENTION_MS_CONFIG,
            String.valueOf(retention.toMillis())));
  }

  private static NewTopic topic(String name, int partitions, Map<String, String> settings) {
    return new NewTopic(name, Optional.of(partitions), Optional.<Short>empty()).configs(settings);
  }

  /// Makes what is missing; can be done again and again.
  ///
  /// @throws ExecutionException when Kafka cannot be reached, or refuses
  static void make(Admin admin, Topics topics) throws ExecutionException, InterruptedException {
    var missing = topics(topics);
    var known = admin.listTopics().names().get();
    missing.removeIf(topic -> known.contains(topic.name()));
    for (KafkaFuture<Void> made : admin.createTopics(missing).values().values()) {
      try {
        made.get();
      } catch (ExecutionException e) {
        if (!(e.getCause() instanceof TopicExistsException)) {
          throw e;
        }
      }
    }
  }
}
