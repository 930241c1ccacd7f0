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
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
  private static final String APPEND_TIME = "LogAppendTime";

  private static final Map<String, String> CHANGES =
      Map.of(
          TopicConfig.CLEANUP_POLICY_CONFIG,
          TopicConfig.CLEANUP_POLICY_DELETE,
          TopicConfig.RETENTION_MS_CONFIG,
          "-1",
          TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG,
          APPEND_TIME);

  private final LateClient<Admin> admin;
  private final Topics topics;
  private final Optional<Short> replicationFactor;
  private final Optional<Integer> minInsyncReplicas;
  private volatile boolean sharedMade;

  /// Topics whose settings were complained of already.
  private final Set<String> told = ConcurrentHashMap.newKeySet();

  /// @param replicationFactor of topics that are made; the broker's default if empty
  /// @param minInsyncReplicas likewise
  public TopicSetup(
      LateClient<Admin> admin,
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
    share(topics.digests(), DIGEST_PARTITIONS, kept(Duration.ofDays(1)));
    share(topics.resyncRequests(), 1, kept(Duration.ofDays(7)));
    for (String compacted : List.of(topics.alerts(), topics.sources(), topics.replicas())) {
      share(
          compacted,
          1,
          Map.of(TopicConfig.CLEANUP_POLICY_CONFIG, TopicConfig.CLEANUP_POLICY_COMPACT));
    }
    sharedMade = true;
  }

  private static Map<String, String> kept(Duration retention) {
    return Map.of(
        TopicConfig.CLEANUP_POLICY_CONFIG,
        TopicConfig.CLEANUP_POLICY_DELETE,
        TopicConfig.RETENTION_MS_CONFIG,
        String.valueOf(retention.toMillis()));
  }

  /// Whether [#shared] has been through.
  public boolean sharedMade() {
    return sharedMade;
  }

  /// One that is there already may have been made by a broker, with settings that lose what is kept
  /// in it; to change it is its owner's business.
  private void share(String name, int partitions, Map<String, String> settings)
      throws TopicUnavailable {
    if (make(name, partitions, settings).isEmpty()) {
      String wanted = requireNonNull(settings.get(TopicConfig.CLEANUP_POLICY_CONFIG));
      String policy = settings(name).get(TopicConfig.CLEANUP_POLICY_CONFIG).value();
      if (!policy.contains(wanted)) {
        complain(name, "has cleanup.policy=%s; set it to %s".formatted(policy, wanted));
      }
    }
  }

  private void complain(String topic, String what) {
    if (told.add(topic)) {
      LOG.warnf("topic %s, which was not made by Blocktail, %s", topic, what);
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

  /// Whether a volume's topic is there.
  public boolean hasChanges(VolumeName volume) throws TopicUnavailable {
    return describe(topics.changes(volume)).isPresent();
  }

  /// Deletes a volume's topic, and with it its history. Nothing happens when there is none.
  public void deleteChanges(VolumeName volume) throws TopicUnavailable {
    try {
      await(admin.get().deleteTopics(List.of(topics.changes(volume))).all());
    } catch (TopicUnavailable e) {
      if (!(e.getCause() instanceof UnknownTopicOrPartitionException)) {
        throw e;
      }
    }
  }

  private void judgeSettings(String name) throws TopicUnavailable, UnfitStream {
    Config settings = settings(name);
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
    String time = settings.get(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG).value();
    if (!time.equals(APPEND_TIME)) {
      complain(
          name,
          "has message.timestamp.type=%s and retention.ms=%s: set the first to %s, and the second to how"
                  .formatted(
                      time, settings.get(TopicConfig.RETENTION_MS_CONFIG).value(), APPEND_TIME)
              + " long the history is to be kept (-1: for ever)");
    }
  }

  private Config settings(String topic) throws TopicUnavailable {
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return requireNonNull(
        await(admin.get().describeConfigs(List.of(resource)).all()).get(resource));
  }

  private Optional<TopicDescription> describe(String name) throws TopicUnavailable {
    try {
      var answer = admin.get().describeTopics(List.of(name)).topicNameValues().get(name);
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
      String id = await(admin.get().createTopics(List.of(topic)).topicId(name)).toString();
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
