package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.blocktail.digest.Digest;
import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.process.BrokerProcess;
import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.Subject;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.console.NotReadyException;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The application against a real broker that is killed, and itself restarted.
class ApplicationIT {
  private static final Topics TOPICS = new Topics("blocktail");
  private static final Duration PATIENCE = Duration.ofSeconds(90);
  private static final int CHUNKS = 40;

  @TempDir Path directory;
  private BrokerProcess broker;
  private @Nullable Application application;
  private @Nullable KafkaProducer<String, byte[]> producer;

  @BeforeEach
  void begin() throws Exception {
    broker = BrokerProcess.start(directory.resolve("broker"));
    producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", broker.bootstrap(), "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer());
  }

  @AfterEach
  void end() {
    if (application != null) {
      application.close();
    }
    if (producer != null) {
      producer.close(Duration.ZERO);
    }
    broker.close();
  }

  @Test
  void alertsOutliveKillsOfTheBrokerAndRestartsOfTheValidatorAndAreNotDoubled() throws Exception {
    open();
    long sequence = 100;
    for (int chunk = 0; chunk < CHUNKS; chunk += 2) {
      report(chunk, sequence++, chunk % 4 == 0 ? 9 : 1);
    }
    await("all found", () -> application().openAlerts().size() == CHUNKS / 4);

    broker.kill();
    broker.start();
    for (int chunk = 1; chunk < CHUNKS; chunk += 4) {
      report(chunk, sequence++, 9);
    }
    await("found after the broker's death", () -> diverged() == CHUNKS / 2);

    application().close();
    open();
    await("kept over a restart", () -> diverged() == CHUNKS / 2);
    assertThat(application().openAlerts()).hasSize(CHUNKS / 4);

    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      report(chunk, sequence++, 1);
    }
    broker.kill();
    broker.start();
    await("all closed", () -> diverged() == 0 && application().openAlerts().isEmpty());
    List<AlertEntry> closed = application().closedAlerts();
    assertThat(closed).hasSize(CHUNKS / 4);

    // The stores are ahead of what is committed by up to a transaction.
    await(
        "all told to be closed",
        () -> alerts().values().stream().allMatch(alert -> alert.getClosedAt() != null));
    assertThat(alerts()).hasSize(CHUNKS / 4);
    List<ResyncRequest> requests = requests();
    assertThat(requests).extracting(ResyncRequest::getId).doesNotHaveDuplicates();
    assertThat(
            requests.stream()
                .filter(request -> request.getId().endsWith("#1"))
                .flatMap(request -> Harness.chunks(request.getChunks()).stream()))
        .hasSize(CHUNKS / 2)
        .doesNotHaveDuplicates();
  }

  @Test
  void itWaitsForABrokerThatIsNotThereYet() throws Exception {
    broker.kill();
    open();
    await(
        "waiting",
        () ->
            application().state() instanceof StreamsState.Waiting(var reason)
                && reason.startsWith(broker.bootstrap()));
    broker.start();
    report(0, 10, 9);
    await("found", () -> diverged() == 1);
  }

  private void open() {
    var watch = new Watch.Settings(true, Duration.ofSeconds(30), 1000);
    var settings =
        new Application.Settings(
            TOPICS,
            watch,
            Map.of("bootstrap.servers", broker.bootstrap()),
            directory.resolve("state"));
    application = new Application(settings, new SimpleMeterRegistry());
    application.start();
  }

  private Application application() {
    if (application == null) {
      throw new AssertionError("not open");
    }
    return application;
  }

  private int diverged() throws NotReadyException {
    var target = application().targets().get(new Subject("demo", "a"));
    return target == null ? -1 : target.verification().diverged();
  }

  /// The source's and the target's digest at one marker.
  private void report(int chunk, long sequence, long content) throws Exception {
    if (producer == null) {
      throw new AssertionError("not open");
    }
    var messages = new Messages<>(ChunkDigest.class);
    for (String target : new String[] {"", "a"}) {
      Digest digest = Harness.digest(target.isEmpty() ? 1 : content);
      var message =
          ChunkDigest.newBuilder()
              .setVolume("demo")
              .setVolumeId(Harness.VOLUME)
              .setEpoch(1)
              .setChunk(chunk)
              .setSequence(sequence)
              .setTarget(target.isEmpty() ? null : target)
              .setDigest(new io.blocktail.event.avro.Digest(digest.toBytes()))
              .setPass(target.isEmpty() ? 1 : 0)
              .setChunks(target.isEmpty() ? CHUNKS : 0)
              .setAt(sequence)
              .build();
      producer
          .send(new ProducerRecord<>(TOPICS.digests(), "demo/" + chunk, messages.encode(message)))
          .get();
    }
  }

  private Map<String, Alert> alerts() throws Exception {
    var last = new LinkedHashMap<String, Alert>();
    for (byte[] record : read(TOPICS.alerts())) {
      Alert alert = new Messages<>(Alert.class).decode(record);
      last.put(alert.getId(), alert);
    }
    return last;
  }

  private List<ResyncRequest> requests() throws Exception {
    var requests = new ArrayList<ResyncRequest>();
    for (byte[] record : read(TOPICS.resyncRequests())) {
      requests.add(new Messages<>(ResyncRequest.class).decode(record));
    }
    return requests;
  }

  /// All that is committed in a topic of one partition.
  private List<byte[]> read(String topic) {
    var properties = new Properties();
    properties.put("bootstrap.servers", broker.bootstrap());
    properties.put("isolation.level", "read_committed");
    var records = new ArrayList<byte[]>();
    try (var consumer =
        new KafkaConsumer<>(properties, new StringDeserializer(), new ByteArrayDeserializer())) {
      var partition = new TopicPartition(topic, 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      while (consumer.position(partition) < end) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> records.add(record.value()));
      }
    }
    return records;
  }

  private void await(String what, Callable<Boolean> condition) throws Exception {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < deadline) {
      try {
        if (condition.call()) {
          return;
        }
      } catch (NotReadyException e) {
        // Not yet.
      }
      Thread.sleep(50);
    }
    fail("%s: not within %s; the state is %s", what, PATIENCE, application().state());
  }
}
