package io.blocktail.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.intake.KafkaChangeStream;
import io.blocktail.consumer.intake.StreamCutException;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.target.Source;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.consumer.target.TargetState;
import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.process.BrokerProcess;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/// Targets on real files and a real broker.
class ConsumerIT {
  private static final Geometry GEOMETRY = Geometry.of(8 << 20);
  private static final Topics TOPICS = new Topics("blocktail");

  @TempDir private static Path brokerDirectory;
  private static @Nullable BrokerProcess broker;

  @TempDir private Path directory;

  private final Source source = new Source(GEOMETRY);
  private VolumeName volume = new VolumeName("none");
  private @Nullable RunningTarget target;
  private @Nullable Outbox outbox;
  private @Nullable KafkaProducer<String, byte[]> publisher;

  @BeforeAll
  static void startBroker() throws Exception {
    broker = BrokerProcess.start(brokerDirectory);
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin
          .createTopics(
              Stream.of(TOPICS.digests(), TOPICS.resyncRequests(), TOPICS.replicas())
                  .map(name -> new NewTopic(name, 1, (short) 1))
                  .toList())
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  @AfterAll
  static void stopBroker() {
    if (broker != null) {
      broker.close();
    }
  }

  private static BrokerProcess broker() {
    return java.util.Objects.requireNonNull(broker);
  }

  private static String bootstrap() {
    return broker().bootstrap();
  }

  @BeforeEach
  void open(TestInfo test) {
    volume =
        new VolumeName(
            test.getTestMethod().orElseThrow().getName().toLowerCase(java.util.Locale.ROOT));
    publisher =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", bootstrap(), "acks", "all", "linger.ms", "0"),
            new StringSerializer(),
            new ByteArraySerializer());
    outbox =
        new Outbox(
            new KafkaProducer<>(
                Map.of("bootstrap.servers", bootstrap()),
                new StringSerializer(),
                new ByteArraySerializer()));
  }

  @AfterEach
  void close() {
    stopTarget();
    if (publisher != null) {
      publisher.close();
    }
    if (outbox != null) {
      outbox.close();
    }
  }

  private void createTopic() throws Exception {
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin
          .createTopics(List.of(new NewTopic(TOPICS.changes(volume), 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  private void publish(byte[] record) throws Exception {
    java.util.Objects.requireNonNull(publisher)
        .send(new ProducerRecord<>(TOPICS.changes(volume), volume.value(), record))
        .get(60, TimeUnit.SECONDS);
  }

  private void startTarget() throws Exception {
    var name = new TargetName("a");
    Map<String, String> settings = Map.of("bootstrap.servers", bootstrap());
    target =
        RunningTarget.start(
            new TargetPlan(volume, name, data(), directory.resolve("own")),
            new KafkaChangeStream(TOPICS.changes(volume), group(), settings),
            new Announcer(
                volume,
                name,
                TOPICS,
                java.util.Objects.requireNonNull(outbox),
                InstantSource.system()),
            TargetSettings.of(Duration.ofSeconds(1)));
  }

  private String group() {
    return "blocktail.%s.a".formatted(volume);
  }

  private void stopTarget() {
    if (target != null) {
      target.stop();
      target.finish();
      target = null;
    }
  }

  private Path data() {
    return directory.resolve("data.img");
  }

  private TargetReport report() {
    return java.util.Objects.requireNonNull(target).report();
  }

  private void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).as("%s", report()).isLessThan(deadline);
      Thread.sleep(5);
    }
  }

  private void awaitEqual() throws Exception {
    await(() -> report().consistent() && report().watermark() == source.sequence);
    assertThat(Files.mismatch(data(), Files.write(directory.resolve("source.img"), source.content)))
        .isEqualTo(-1);
  }

  private static byte[] bytes(int length, int value) {
    var bytes = new byte[length];
    Arrays.fill(bytes, (byte) value);
    return bytes;
  }

  @Test
  void targetWaitsForItsTopicFollowsAndGoesOnAfterARestart() throws Exception {
    startTarget();
    await(() ->
        ("starting; the stream cannot be read: the topic %s does not exist"
                .formatted(TOPICS.changes(volume)))
            .equals(report().reason()));
    createTopic();
    publish(source.epochEvent(ChunkSet.EMPTY));
    for (int i = 0; i < 50; i++) {
      publish(source.write(i * 4096, bytes(8192, i + 1)));
    }
    awaitEqual();
    stopTarget();
    publish(source.zero(0, 65536, true));
    startTarget();
    awaitEqual();
    stopTarget();
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      var committed = admin.listConsumerGroupOffsets(group()).partitionsToOffsetAndMetadata().get();
      assertThat(committed.get(new TopicPartition(TOPICS.changes(volume), 0)))
          .isNotNull()
          .satisfies(position -> assertThat(position.offset()).isEqualTo(52));
    }
  }

  @Test
  void targetGoesOnByItselfOnceItsDirectoryCanBeUsed() throws Exception {
    createTopic();
    publish(source.epochEvent(ChunkSet.EMPTY));
    Files.createFile(directory.resolve("own"));
    startTarget();
    assertThat(report().state()).isInstanceOf(TargetState.Halted.class);
    Files.delete(directory.resolve("own"));
    awaitEqual();
  }

  @Test
  void killedBrokerCostsNothing() throws Exception {
    createTopic();
    startTarget();
    publish(source.epochEvent(ChunkSet.EMPTY));
    publish(source.write(0, bytes(4096, 1)));
    awaitEqual();
    broker().kill();
    broker().start();
    publish(source.write(4096, bytes(4096, 2)));
    awaitEqual();
    assertThat(report().state()).isEqualTo(new TargetState.Following());
  }

  @Test
  void markerIsAnsweredOnTheTopic() throws Exception {
    createTopic();
    startTarget();
    publish(source.epochEvent(ChunkSet.EMPTY));
    publish(source.write(1 << 20, bytes(4096, 1)));
    publish(source.marker(1));
    byte[] answer = awaitRecord(TOPICS.digests(), volume + "/1");
    ChunkDigest digest = new Messages<>(ChunkDigest.class).decode(answer);
    assertThat(digest.getTarget()).isEqualTo("a");
    assertThat(digest.getSequence()).isEqualTo(3);
    assertThat(digest.getDigest().bytes()).isEqualTo(source.digest(1).toBytes());
  }

  @Test
  void recordsThatAreGoneHaltAndAreAskedFor() throws Exception {
    createTopic();
    publish(source.epochEvent(ChunkSet.EMPTY));
    publish(source.write(0, bytes(4096, 1)));
    startTarget();
    awaitEqual();
    stopTarget();
    publish(source.write(4096, bytes(4096, 2)));
    publish(source.write(8192, bytes(4096, 3)));
    try (var admin = Admin.create(Map.of("bootstrap.servers", bootstrap()))) {
      admin
          .deleteRecords(
              Map.of(
                  new TopicPartition(TOPICS.changes(volume), 0), RecordsToDelete.beforeOffset(3)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
    startTarget();
    await(() -> report().state() instanceof TargetState.Halted);
    byte[] asked = awaitRecord(TOPICS.resyncRequests(), volume.value());
    ResyncRequest request = new Messages<>(ResyncRequest.class).decode(asked);
    assertThat(request.getChunks()).isNull();
    assertThat(request.getReason())
        .isEqualTo("the stream's records from offset 2 to 2 are not retained any more");
    publish(source.gap(new TargetName("a"), ChunkSet.all(GEOMETRY)));
    long gap = source.sequence;
    for (int chunk = 0; chunk < GEOMETRY.chunks(); chunk++) {
      for (byte[] piece : source.base(gap, new TargetName("a"), chunk)) {
        publish(piece);
      }
    }
    publish(source.whole(gap, new TargetName("a")));
    awaitEqual();
  }

  @Test
  void lostEndOfTheStreamIsToldByTheBroker() throws Exception {
    createTopic();
    publish(source.epochEvent(ChunkSet.EMPTY));
    var settings = Map.of("bootstrap.servers", bootstrap());
    try (var stream = new KafkaChangeStream(TOPICS.changes(volume), group(), settings)) {
      String topicId = stream.bounds().topicId();
      stream.seek(new StreamPosition(topicId, 5, -1));
      for (int times = 0; times < 2; times++) {
        assertThatThrownBy(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    stream.poll(Duration.ofMillis(100));
                  }
                })
            .isInstanceOf(StreamCutException.class)
            .hasMessage(
                "the stream's records at offset 5, which were to be read next, are gone, or it was cut back below them");
      }
      stream.seek(new StreamPosition(topicId, 0, -1));
      int found = 0;
      for (int i = 0; i < 100 && found == 0; i++) {
        found = stream.poll(Duration.ofMillis(100)).records().size();
      }
      assertThat(found).isEqualTo(1);
    }
  }

  @Test
  void idleTargetAppliesWithinMilliseconds() throws Exception {
    createTopic();
    startTarget();
    publish(source.epochEvent(ChunkSet.EMPTY));
    awaitEqual();
    var nanos = new long[200];
    for (int i = 0; i < nanos.length; i++) {
      long start = System.nanoTime();
      publish(source.write(4096 * (i % 100), bytes(4096, i)));
      while (report().watermark() < source.sequence) {
        Thread.onSpinWait();
      }
      nanos[i] = System.nanoTime() - start;
    }
    Arrays.sort(nanos);
    System.out.printf(
        "published and applied: p50 %.1f ms, p99 %.1f ms%n", nanos[100] / 1e6, nanos[197] / 1e6);
    assertThat(nanos[100]).isLessThan(TimeUnit.MILLISECONDS.toNanos(100));
  }

  private byte[] awaitRecord(String topic, String key) {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", bootstrap()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
      while (System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          if (record.key().equals(key)) {
            return record.value();
          }
        }
      }
    }
    throw new AssertionError("no record with the key " + key + " came");
  }
}
