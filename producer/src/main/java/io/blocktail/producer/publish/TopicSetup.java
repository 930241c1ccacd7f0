package io.blocktail.producer.publish;

import static java.util.Objects.requireNonNull;

import io.blocktail.event.EventCodec;
import io.blocktail.event.Topics;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;

/// Makes the topics that are not there, and refuses those that would lose or reorder a stream. All
/// of it can be done again and again.
public final class TopicSetup {
  private static final Logger LOG = Logger.getLogger(TopicSetup.class);

  /// The largest record of a stream, with what Kafka puts around it, in bytes.
  private static final int LARGEST_RECORD = Geometry.MAX_CHANGE + EventCodec.MAX_HEAD + (16 << 10);

  private static final int DIGEST_PARTITIONS = 8;

  private static final Map<String, String> CHANGES =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          TopicConfig.RETENTION_MS_CONFIG,
          "-1",
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          "LogAppendTime");

  private final Admin admin;
  private final Topics topics;
  private final Optional<Short> replicationFactor;
  private final Optional<Integer> minInsyncReplicas;

  /// @param replicationFactor of topics that are made; the broker's default if empty
  /// @param minInsyncReplicas likewise
  public TopicSetup(
      Admin admin,
      Topics topics,
      Optional<Short> replicationFactor,
      Optional<Integer> minInsyncReplicas) {
    this.admin = admin;
    this.topics = topics;
    this.replicationFactor = replicationFactor;
    this.minInsyncReplicas = minInsyncReplicas;
  }

  /// Makes the topics that all volumes share.
  public void shared() throws TopicUnavailable {
    var _ =
        make(
            topics.digests(),
            DIGEST_PARTITIONS,
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                String.valueOf(Duration.ofDays(1).toMillis())));
    var _ =
        make(
            topics.resyncRequests(),
            1,
            Map.of(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE,
                TopicConfig.RETENTION_MS_CONFIG,
                String.valueOf(Duration.ofDays(7).toMillis())));
    for (String compacted : List.of(topics.alerts(), topics.sources(), topics.replicas())) {
      var _ =
          make(
              compacted,
              1,
              Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    }
  }

  /// Makes a volume's topic if there is none, and judges it.
  ///
  /// @return the topic's id
  public String changes(VolumeName volume) throws TopicUnavailable, UnfitStream {
    String name = topics.changes(volume);
    Optional<TopicDescription> found = describe(name);
    if (found.isEmpty()) {
      Optional<String> made = make(name, 1, CHANGES);
      if (made.isPresent()) {
        return made.get();
      }
      found = describe(name);
    }
    TopicDescription topic =
        found.orElseThrow(() -> new TopicUnavailable("somebody has made it; it is not known yet"));
    if (topic.partitions().size() != 1) {
      throw new UnfitStream(
          "topic %s has %d partitions; a volume's stream is in order only in one"
              .formatted(name, topic.partitions().size()));
    }
    judgeSettings(name);
    return topic.topicId().toString();
  }

  private void judgeSettings(String name) throws TopicUnavailable, UnfitStream {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
    Config settings =
        requireNonNull(await(admin.describeConfigs(List.of(resource)).all()).get(resource));
    String cleanup = settings.get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
    if (cleanup.contains(TopicConfig.CLEANUP_POLICY_COMPACT)) {
      throw new UnfitStream(
          "topic %s has cleanup.policy=%s: compaction would take events out of the stream; set it"
                  .formatted(name, cleanup)
              + " to delete");
    }
    int largest = Integer.parseInt(settings.get(TopicConfig.MAX_MESSAGE_BYTES_CONFIG).value());
    if (largest < LARGEST_RECORD) {
      throw new UnfitStream(
          "topic %s has max.message.bytes=%d; an event takes up to %d"
              .formatted(name, largest, LARGEST_RECORD));
    }
  }

  private Optional<TopicDescription> describe(String name) throws TopicUnavailable {
    try {
      var answer = admin.describeTopics(List.of(name)).topicNameValues().get(name);
      return Optional.of(await(requireNonNull(answer)));
    } catch (TopicUnavailable e) {
      if (e.getCause() instanceof UnknownTopicOrPartitionException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// @return the new topic's id; nothing when there is one already
  private Optional<String> make(String name, int partitions, Map<String, String> settings)
      throws TopicUnavailable {
    var all = new HashMap<>(settings);
    minInsyncReplicas.ifPresent(
        n -> all.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, n.toString()));
    var topic = new NewTopic(name, Optional.of(partitions), replicationFactor).configs(all);
    try {
      String id = await(admin.createTopics(List.of(topic)).topicId(name)).toString();
      LOG.infof("topic %s was made", name);
      return Optional.of(id);
    } catch (TopicUnavailable e) {
      if (e.getCause() instanceof TopicExistsException) {
        return Optional.empty();
      }
      throw e;
    }
  }

  /// Waits for an answer; Kafka's client bounds how long. Also what is refused (not authorized, too
  /// few brokers) can be mended there while the volume serves on, so it counts as not reached.
  static <T> T await(KafkaFuture<T> answer) throws TopicUnavailable {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      throw new TopicUnavailable("Kafka says: " + e.getCause(), requireNonNull(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TopicUnavailable("interrupted", e);
    }
  }
}
