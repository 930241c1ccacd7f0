package io.blocktail.producer.publish;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.event.Topics;
import io.blocktail.process.BrokerProcess;
import io.blocktail.producer.resync.KafkaResyncRequests;
import io.blocktail.producer.resync.ResyncRequests.Received;
import io.blocktail.volume.VolumeName;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ports to Kafka against a real broker. Each test has topics of its own.
class KafkaTopicsIT {
  private static BrokerProcess broker;
  private static KafkaSettings settings;
  private static Admin admin;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    broker = BrokerProcess.start(directory);
    settings = new KafkaSettings(Map.of("bootstrap.servers", broker.bootstrap()));
    admin = Admin.create(settings.admin());
  }

  @AfterAll
  static void stop() {
    admin.close(Duration.ZERO);
    broker.close();
  }

  private static TopicSetup setup(Topics topics) {
    return new TopicSetup(
        LateClient.of(() -> admin), topics, Optional.of((short) 1), Optional.of(1));
  }

  private static KafkaChangeTopic open(Topics topics, VolumeName volume) {
    return new KafkaChangeTopic(
        volume, topics, settings, LateClient.of(() -> admin), setup(topics));
  }

  private static Config configOf(String topic) throws Exception {
    await(() -> admin.listTopics().names().get().contains(topic));
    var resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
    return requireNonNull(admin.describeConfigs(List.of(resource)).all().get().get(resource));
  }

  private static int partitionsOf(String topic) throws Exception {
    await(() -> admin.listTopics().names().get().contains(topic));
    var all = admin.describeTopics(List.of(topic)).allTopicNames().get();
    return requireNonNull(all.get(topic)).partitions().size();
  }

  private static void make(String topic, int partitions, Map<String, String> config)
      throws Exception {
    var wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(config);
    admin.createTopics(List.of(wanted)).all().get();
    // The broker knows of it only a moment later.
    await(() -> admin.listTopics().names().get().contains(topic));
  }

  private static void await(Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (!condition.call()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
    }
  }

  private static ChangeTopic.Completion awaitCompletion(ChangeTopic topic) {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < deadline) {
      ChangeTopic.Completion completion = topic.poll();
      if (completion != null) {
        return completion;
      }
      LockSupport.parkNanos(2_000_000);
    }
    throw new AssertionError("no completion");
  }

  @Test
  void aVolumesTopicIsMadeForKeepingEverythingInOrder() throws Exception {
    var topics = new Topics("made");
    var volume = new VolumeName("v");
    String id = setup(topics).changes(volume);
    assertThat(setup(topics).changes(volume)).isEqualTo(id);
    Config config = configOf("made.changes.v");
    assertThat(config.get("cleanup.policy").value()).isEqualTo("delete");
    assertThat(config.get("retention.ms").value()).isEqualTo("-1");
    assertThat(config.get("message.timestamp.type").value()).isEqualTo("LogAppendTime");
    assertThat(config.get("min.insync.replicas").value()).isEqualTo("1");
    assertThat(partitionsOf("made.changes.v")).isEqualTo(1);
  }

  @Test
  void theSharedTopicsAreMadeOnce() throws Exception {
    var topics = new Topics("shared");
    setup(topics).shared();
    makeAgain(setup(topics));
    assertThat(partitionsOf("shared.digests")).isEqualTo(8);
    assertThat(partitionsOf("shared.resync-requests")).isEqualTo(1);
    for (String compacted : List.of("shared.alerts", "shared.sources", "shared.replicas")) {
      assertThat(configOf(compacted).get("cleanup.policy").value()).isEqualTo("compact");
    }
    assertThat(configOf("shared.digests").get("retention.ms").value()).isEqualTo("86400000");
  }

  /// A broker would make it, with settings of its own.
  @Test
  void noMessageIsSentToATopicThatIsNotMadeYet() throws Exception {
    var topics = new Topics("early");
    TopicSetup setup = setup(topics);
    try (var producer = new KafkaProducer<byte[], byte[]>(settings.messages())) {
      var statuses =
          new KafkaMessageTopic(topics.sources(), LateClient.of(() -> producer), setup::sharedMade);
      var told = new ArrayList<String>();
      statuses.send("v", new byte[1], failure -> told.add(String.valueOf(failure)));
      assertThat(told).containsExactly("topic early.sources is not made yet");
      setup.shared();
      statuses.send("v", new byte[1], failure -> told.add(String.valueOf(failure)));
      producer.flush();
      assertThat(told).last().isEqualTo("null");
    }
    assertThat(configOf("early.sources").get("cleanup.policy").value()).isEqualTo("compact");
  }

  /// As the producer does: again until the broker knows of what it has just made.
  private static void makeAgain(TopicSetup setup) throws Exception {
    await(() -> {
      try {
        setup.shared();
        return true;
      } catch (TopicUnavailable e) {
        assertThat(e).hasRootCauseInstanceOf(UnknownTopicOrPartitionException.class);
        return false;
      }
    });
  }

  @Test
  void aTopicOfSeveralPartitionsIsRefused() throws Exception {
    make("several.changes.v", 2, Map.of());
    assertThatThrownBy(() -> setup(new Topics("several")).changes(new VolumeName("v")))
        .isInstanceOf(UnfitStream.class)
        .hasMessage(
            "topic several.changes.v has 2 partitions; a volume's stream is in order only in one");
  }

  @Test
  void aCompactedTopicIsRefused() throws Exception {
    make("compacted.changes.v", 1, Map.of("cleanup.policy", "compact"));
    assertThatThrownBy(() -> setup(new Topics("compacted")).changes(new VolumeName("v")))
        .isInstanceOf(UnfitStream.class)
        .hasMessageContaining("topic compacted.changes.v has cleanup.policy=compact");
  }

  @Test
  void aTopicForSmallRecordsOnlyIsRefused() throws Exception {
    make("small.changes.v", 1, Map.of("max.message.bytes", "100000"));
    assertThatThrownBy(() -> setup(new Topics("small")).changes(new VolumeName("v")))
        .isInstanceOf(UnfitStream.class)
        .hasMessageContaining("topic small.changes.v has max.message.bytes=100000");
  }

  @Test
  void aMissingBrokerIsUnavailableAndNotUnfit() {
    var nowhere = new KafkaSettings(Map.of("bootstrap.servers", "127.0.0.1:1"));
    try (var away = Admin.create(nowhere.admin())) {
      var setup =
          new TopicSetup(
              LateClient.of(() -> away), new Topics("x"), Optional.empty(), Optional.empty());
      assertThatThrownBy(setup::shared).isInstanceOf(TopicUnavailable.class);
    }
  }

  @Test
  void recordsAreAcknowledgedInOrderAndReadBack() throws Exception {
    try (var topic = open(new Topics("back"), new VolumeName("v"))) {
      var empty = topic.bounds();
      assertThat(empty.start()).isZero();
      assertThat(empty.end()).isZero();
      for (int i = 0; i < 100; i++) {
        topic.send(new byte[] {(byte) i});
      }
      for (int i = 0; i < 100; i++) {
        assertThat(awaitCompletion(topic)).isEqualTo(new ChangeTopic.Completion.Acknowledged(i));
      }
      assertThat(topic.bounds()).isEqualTo(new ChangeTopic.Bounds(empty.topicId(), 0, 100));
      var read = new ArrayList<Byte>();
      for (long next = 40; next < 100; ) {
        ChangeTopic.Slice slice = topic.read(next);
        slice.records().forEach(stored -> read.add(requireNonNull(stored.value())[0]));
        next = slice.next();
      }
      assertThat(read).hasSize(60).startsWith((byte) 40).endsWith((byte) 99);
    }
  }

  @Test
  void aTopicThatWasMadeAgainHasAnotherId() throws Exception {
    try (var topic = open(new Topics("again"), new VolumeName("v"))) {
      String id = boundsOf(topic).topicId();
      topic.send(new byte[1]);
      assertThat(awaitCompletion(topic)).isEqualTo(new ChangeTopic.Completion.Acknowledged(0));
      admin.deleteTopics(List.of("again.changes.v")).all().get();
      await(() -> !boundsOf(topic).topicId().equals(id));
      assertThat(boundsOf(topic).end()).isZero();
      topic.reset();
      topic.send(new byte[1]);
      assertThat(awaitCompletion(topic)).isEqualTo(new ChangeTopic.Completion.Acknowledged(0));
    }
  }

  /// As a publisher does: again until it is there.
  private static ChangeTopic.Bounds boundsOf(ChangeTopic topic) throws UnfitStream {
    while (true) {
      try {
        return topic.bounds();
      } catch (TopicUnavailable e) {
        assertThat(e).hasMessageNotContaining("Timeout");
      }
    }
  }

  @Test
  void requestsComeAgainUntilTheyAreCommitted() throws Exception {
    var topics = new Topics("requests");
    setup(topics).shared();
    try (var producer = new KafkaProducer<byte[], byte[]>(settings.messages())) {
      var requests =
          new KafkaMessageTopic(topics.resyncRequests(), LateClient.of(() -> producer), () -> true);
      for (String text : List.of("a", "b", "c")) {
        requests.send("v", text.getBytes(StandardCharsets.UTF_8), _ -> {});
      }
      producer.flush();
    }
    var volume = new VolumeName("v");
    try (var first = new KafkaResyncRequests(volume, topics, settings)) {
      assertThat(awaitRequests(first, 3)).extracting(Received::offset).containsExactly(0L, 1L, 2L);
      first.commit(1);
    }
    try (var second = new KafkaResyncRequests(volume, topics, settings)) {
      assertThat(awaitRequests(second, 1)).extracting(Received::offset).containsExactly(2L);
    }
    try (var other = new KafkaResyncRequests(new VolumeName("w"), topics, settings)) {
      assertThat(awaitRequests(other, 3)).hasSize(3);
    }
  }

  private static List<Received> awaitRequests(KafkaResyncRequests requests, int count)
      throws TopicUnavailable {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    var received = new ArrayList<Received>();
    while (received.size() < count && System.nanoTime() < deadline) {
      received.addAll(requests.poll());
    }
    return received;
  }
}
