package io.blocktail.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.intake.KafkaChangeStream;
import io.blocktail.consumer.target.Source;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.consumer.target.TargetState;
import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.process.BrokerProcess;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
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

/// A real broker that is killed, and one whose log has lost its end as by a loss of power, under a
/// target that was stopped cleanly, and under one that was not: that one is a copy of a target's
/// files, taken while it was following.
class LostEndIT {
  private static final Geometry GEOMETRY = Geometry.of(8 << 20);
  private static final Topics TOPICS = new Topics("blocktail");
  private static final VolumeName VOLUME = new VolumeName("demo");
  private static final TargetName NAME = new TargetName("a");

  @TempDir private Path directory;

  private final Source source = new Source(GEOMETRY);
  private @Nullable BrokerProcess broker;
  private @Nullable RunningTarget target;

  @BeforeEach
  void startBroker() throws Exception {
    broker = BrokerProcess.start(directory.resolve("broker"));
    try (var admin = Admin.create(Map.of("bootstrap.servers", broker().bootstrap()))) {
      admin
          .createTopics(
              List.of(
                  new NewTopic(TOPICS.changes(VOLUME), 1, (short) 1),
                  new NewTopic(TOPICS.resyncRequests(), 1, (short) 1),
                  new NewTopic(TOPICS.replicas(), 1, (short) 1)))
          .all()
          .get(30, TimeUnit.SECONDS);
    }
  }

  @AfterEach
  void stop() {
    stopTarget();
    broker().close();
  }

  private BrokerProcess broker() {
    return java.util.Objects.requireNonNull(broker);
  }

  private void publish(List<byte[]> records) throws Exception {
    try (var publisher =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", broker().bootstrap(), "acks", "all"),
            new StringSerializer(),
            new ByteArraySerializer())) {
      for (byte[] record : records) {
        publisher
            .send(new ProducerRecord<>(TOPICS.changes(VOLUME), VOLUME.value(), record))
            .get(60, TimeUnit.SECONDS);
      }
    }
  }

  private List<byte[]> writes(int count) {
    var records = new ArrayList<byte[]>();
    for (int i = 0; i < count; i++) {
      var bytes = new byte[8192];
      Arrays.fill(bytes, (byte) source.sequence);
      records.add(source.write(i * 4096, bytes));
    }
    return records;
  }

  /// With one checkpoint soon after its start, and no other.
  private void startTarget(Path files) throws IOException {
    Map<String, String> settings = Map.of("bootstrap.servers", broker().bootstrap());
    var outbox =
        new Outbox(
            new KafkaProducer<>(
                Map.<String, Object>copyOf(settings),
                new StringSerializer(),
                new ByteArraySerializer()));
    target =
        RunningTarget.start(
            new TargetPlan(VOLUME, NAME, files.resolve("data.img"), files.resolve("own")),
            new KafkaChangeStream(TOPICS.changes(VOLUME), "test", settings),
            new Announcer(VOLUME, NAME, TOPICS, outbox, InstantSource.system()),
            TargetSettings.of(Duration.ofHours(1)));
  }

  private void stopTarget() {
    if (target != null) {
      target.stop();
      target.finish();
      target = null;
    }
  }

  private Path original() {
    return directory.resolve("original");
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

  private void awaitEqual(Path files) throws Exception {
    await(() -> report().consistent() && report().watermark() == source.sequence);
    Path own = Files.write(directory.resolve("source.img"), source.content);
    assertThat(Files.mismatch(files.resolve("data.img"), own)).isEqualTo(-1);
  }

  /// Has followed twenty writes since its checkpoint.
  private void follow() throws Exception {
    publish(List.of(source.epochEvent(ChunkSet.EMPTY)));
    startTarget(original());
    awaitEqual(original());
    publish(writes(20));
    awaitEqual(original());
  }

  /// What a kill would leave: everything that was written, and no last checkpoint.
  private Path killed() throws IOException {
    Path copy = directory.resolve("killed");
    Files.createDirectories(copy.resolve("own"));
    for (String name : List.of("data.img", "own/checkpoint", "own/versions")) {
      Files.copy(original().resolve(name), copy.resolve(name));
    }
    return copy;
  }

  private void cutLogBack(long bytes) throws IOException {
    try (var channel = FileChannel.open(log(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() - bytes);
    }
  }

  private Path log() {
    return directory.resolve(
        "broker/data/%s-0/00000000000000000000.log".formatted(TOPICS.changes(VOLUME)));
  }

  /// Flips a byte of the last record's data, in the log of a broker that is running.
  private void rotLastRecord() throws IOException {
    try (var channel = FileChannel.open(log(), StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      long at = channel.size() - 1000;
      channel.read(one, at);
      one.put(0, (byte) (one.get(0) ^ 1)).flip();
      channel.write(one, at);
    }
  }

  private List<ResyncRequest> requests() {
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker().bootstrap()),
            new StringDeserializer(),
            new ByteArrayDeserializer())) {
      var partition = new TopicPartition(TOPICS.resyncRequests(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      var found = new ArrayList<ResyncRequest>();
      while (consumer.position(partition) < end) {
        for (var record : consumer.poll(Duration.ofMillis(100))) {
          found.add(new Messages<>(ResyncRequest.class).decode(record.value()));
        }
      }
      return found;
    } catch (io.blocktail.event.InvalidEventException e) {
      throw new AssertionError(e);
    }
  }

  private void answer() throws Exception {
    await(() -> !requests().isEmpty());
    ResyncRequest request = requests().getLast();
    assertThat(request.getChunks()).isEmpty();
    publish(source.landmark(NAME, request.getId()));
  }

  @Test
  void aKilledBrokerAndAKilledTargetCostNoChunk() throws Exception {
    follow();
    Path killed = killed();
    stopTarget();
    broker().kill();
    broker().start();
    startTarget(killed);
    await(() -> report().watermark() == source.sequence);
    assertThat(report().state()).isInstanceOf(TargetState.Recovering.class);
    answer();
    awaitEqual(killed);
    assertThat(requests()).hasSize(1);
  }

  @Test
  void aKilledTargetIsNotConsistentBeforeWhatItsBrokerHasLostCameAgain() throws Exception {
    follow();
    List<byte[]> lost = writes(6);
    publish(lost);
    awaitEqual(original());
    Path killed = killed();
    stopTarget();
    broker().kill();
    cutLogBack(5 * 8192);
    broker().start();
    startTarget(killed);
    await(() -> report().watermark() == source.sequence - 5);
    await(() -> !requests().isEmpty());
    assertThat(report().consistent()).isFalse();
    publish(lost.subList(1, 6));
    await(() -> report().watermark() == source.sequence);
    assertThat(report().consistent()).isFalse();
    answer();
    awaitEqual(killed);
  }

  @Test
  void aLogThatWasCutBackAndGrewPastTheTargetsPlaceHaltsIt() throws Exception {
    follow();
    stopTarget();
    broker().kill();
    cutLogBack(5 * 8192);
    broker().start();
    publish(writes(20));
    startTarget(original());
    await(() -> report().state() instanceof TargetState.Halted);
    await(() -> !requests().isEmpty());
    assertThat(requests().getLast().getChunks()).isNull();
    assertThat(report().reason())
        .isEqualTo(
            "the stream's records at offset 21, which were to be read next, are gone, or it was cut back"
                + " below them");
  }

  @Test
  void aRecordThatRotsInTheBrokersLogHaltsAndIsMended() throws Exception {
    follow();
    stopTarget();
    publish(writes(1));
    rotLastRecord();
    publish(writes(3));
    startTarget(original());
    await(() -> !requests().isEmpty());
    assertThat(requests().getLast().getChunks()).isNull();
    assertThat(report().reason())
        .startsWith("the record at offset 21 is damaged where the broker keeps it: ");
    publish(List.of(source.gap(NAME, ChunkSet.all(GEOMETRY))));
    long gap = source.sequence;
    for (int chunk = 0; chunk < GEOMETRY.chunks(); chunk++) {
      publish(source.base(gap, NAME, chunk));
    }
    publish(List.of(source.whole(gap, NAME)));
    awaitEqual(original());
  }
}
