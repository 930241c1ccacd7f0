package io.blocktail.validator.topology;

import static java.util.Objects.requireNonNull;

import io.blocktail.digest.Digest;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.event.avro.SourceStatus;
import io.blocktail.validator.alert.Verdict;
import io.blocktail.validator.alert.Verification;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;

/// The real topology with its real stores, driven record by record, with a clock that tests move.
/// Its stores are in memory and outlive a restart. The volume is `demo`, its UUID [#VOLUME], of
/// [#CHUNKS] chunks unless told otherwise.
final class Harness implements AutoCloseable {
  static final String VOLUME = "11111111-1111-1111-1111-111111111111";
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  static final int CHUNKS = 4;

  private static final Watch.Settings SETTINGS =
      new Watch.Settings(true, Duration.ofSeconds(30), 100);
  private static final Topics TOPICS = new Topics("blocktail");

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final TestInputTopic<byte[], byte[]> digests;
  private final TestInputTopic<byte[], byte[]> replicas;
  private final TestInputTopic<byte[], byte[]> sources;
  private final TestOutputTopic<byte[], byte[]> alertTopic;
  private final TestOutputTopic<byte[], byte[]> requestTopic;
  private final SurvivingStores stores;
  private Instant now;

  String volumeId = VOLUME;
  int epoch = 1;
  int chunks = CHUNKS;

  /// UUID of the copy that answers, or whose status it is.
  @Nullable String copy;

  Harness() {
    this(SETTINGS);
  }

  Harness(Watch.Settings settings) {
    this(new SurvivingStores(), settings, START);
  }

  private Harness(SurvivingStores stores, Watch.Settings settings, Instant start) {
    this.stores = stores;
    this.now = start;
    var properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "nowhere:1");
    driver =
        new TopologyTestDriver(
            ValidatorTopology.of(TOPICS, settings, registry, stores::supply), properties, start);
    digests = input(TOPICS.digests());
    replicas = input(TOPICS.replicas());
    sources = input(TOPICS.sources());
    alertTopic = output(TOPICS.alerts());
    requestTopic = output(TOPICS.resyncRequests());
  }

  private TestInputTopic<byte[], byte[]> input(String topic) {
    return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private TestOutputTopic<byte[], byte[]> output(String topic) {
    return driver.createOutputTopic(
        topic, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /// Closes this one and opens another on the same stores.
  Harness restarted() {
    driver.close();
    var next = new Harness(stores, SETTINGS, now);

    next.epoch = epoch;
    next.chunks = chunks;
    next.copy = copy;
    return next;
  }

  static Digest digest(long content) {
    return new Digest(content, ~content);
  }

  void source(int chunk, long sequence, long content, long pass) {
    put(message(chunk, sequence, null, digest(content), null, pass));
  }

  void rotted(int chunk, long sequence, long pass) {
    put(message(chunk, sequence, null, null, NoDigest.ROTTED, pass));
  }

  void target(String target, int chunk, long sequence, long content) {
    put(message(chunk, sequence, target, digest(content), null, 0));
  }

  /// Said at another time than now.
  void targetAt(String target, int chunk, long sequence, long content, long micros) {
    var message = message(chunk, sequence, target, digest(content), null, 0);
    message.setAt(micros);
    put(message);
  }

  void noAnswer(String target, int chunk, long sequence, NoDigest reason) {
    put(message(chunk, sequence, target, null, reason, 0));
  }

  /// Source and target `a` differ at a marker of pass 1.
  void diverge(int chunk, long sequence) {
    chunks = Math.max(chunks, chunk + 1);
    source(chunk, sequence, 1, 1);
    target("a", chunk, sequence, 9);
  }

  /// They are equal there.
  void heal(int chunk, long sequence) {
    source(chunk, sequence, 1, 1);
    target("a", chunk, sequence, 1);
  }

  private void put(ChunkDigest message) {
    raw(
        message.getVolume() + "/" + message.getChunk(),
        new Messages<>(ChunkDigest.class).encode(message));
  }

  /// A good digest under any key.
  void rawSource(String key, int chunk, long sequence) {
    raw(
        key,
        new Messages<>(ChunkDigest.class)
            .encode(message(chunk, sequence, null, digest(1), null, 1)));
  }

  void raw(String key, byte[] value) {
    digests.pipeInput(key.getBytes(StandardCharsets.UTF_8), value);
  }

  private ChunkDigest message(
      int chunk,
      long sequence,
      @Nullable String target,
      @Nullable Digest digest,
      @Nullable NoDigest reason,
      long pass) {
    return ChunkDigest.newBuilder()
        .setVolume("demo")
        .setVolumeId(volumeId)
        .setEpoch(epoch)
        .setChunk(chunk)
        .setSequence(sequence)
        .setTarget(target)
        .setReplica(target == null ? null : copy)
        .setDigest(digest == null ? null : new io.blocktail.event.avro.Digest(digest.toBytes()))
        .setReason(reason)
        .setPass(target == null ? pass : 0)
        .setChunks(target == null ? chunks : 0)
        .setAt(micros())
        .build();
  }

  void status(String target, String state, long watermark) {
    status(target, state, watermark, 0, state.equals("following"));
  }

  void status(String target, String state, long watermark, int undone, boolean consistent) {
    var status =
        ReplicaStatus.newBuilder()
            .setVolume("demo")
            .setVolumeId(volumeId)
            .setTarget(target)
            .setReplica(copy)
            .setState(state)
            .setReason(state.equals("halted") ? "a hole in the stream" : null)
            .setConsistent(consistent)
            .setEpoch(epoch)
            .setWatermark(watermark)
            .setUndoneChunks(undone)
            .setLagChanges(0L)
            .setLagMillis(0L)
            .setAt(micros())
            .build();
    replicas.pipeInput(
        ("demo/" + target).getBytes(StandardCharsets.UTF_8),
        new Messages<>(ReplicaStatus.class).encode(status));
  }

  void gone(String target) {
    replicas.pipeInput(("demo/" + target).getBytes(StandardCharsets.UTF_8), (byte[]) null);
  }

  void published(long sequence) {
    var status =
        SourceStatus.newBuilder()
            .setVolume("demo")
            .setVolumeId(volumeId)
            .setEpoch(epoch)
            .setState("serving")
            .setSize((long) chunks << 20)
            .setChunkSize(1 << 20)
            .setSequence(sequence)
            .setForced(sequence)
            .setPublished(sequence)
            .setJournalBytes(0)
            .setAt(micros())
            .build();
    sources.pipeInput(
        "demo".getBytes(StandardCharsets.UTF_8), new Messages<>(SourceStatus.class).encode(status));
  }

  long micros() {
    return now.toEpochMilli() * 1000;
  }

  /// Lets time pass, second by second, so that what is due once a second is done so often.
  void pass(Duration time) {
    Duration left = time;
    while (left.isPositive()) {
      Duration step = left.compareTo(Duration.ofSeconds(1)) < 0 ? left : Duration.ofSeconds(1);
      now = now.plus(step);
      driver.advanceWallClockTime(step);
      left = left.minus(step);
    }
  }

  /// Lets gathered alerts and requests go out.
  void flush() {
    pass(Duration.ofMillis(200));
  }

  /// Every state of every alert published since the last call, in order.
  List<Alert> alerts() {
    var messages = new Messages<>(Alert.class);
    return alertTopic.readRecordsToList().stream()
        .map(record -> decode(messages, record.value()))
        .toList();
  }

  /// What the compacted topic holds of an alert after the given states.
  static Alert last(List<Alert> states, Alert of) {
    return requireNonNull(
        states.stream()
            .filter(state -> state.getId().equals(of.getId()))
            .reduce((_, later) -> later)
            .orElse(null));
  }

  List<ResyncRequest> requests() {
    var messages = new Messages<>(ResyncRequest.class);
    return requestTopic.readRecordsToList().stream()
        .map(record -> decode(messages, record.value()))
        .toList();
  }

  private static <T extends org.apache.avro.specific.SpecificRecordBase> T decode(
      Messages<T> messages, byte[] value) {
    try {
      return messages.decode(value);
    } catch (InvalidEventException e) {
      throw new AssertionError(e);
    }
  }

  WatchedTarget target(String target) {
    return requireNonNull(
        driver
            .<String, WatchedTarget>getKeyValueStore(WatchProcessor.TARGETS)
            .get("demo/" + target));
  }

  Verification verification(String target) {
    return target(target).verification();
  }

  Verdict verdict(String target) {
    return Verdict.of(
        target(target),
        driver.<String, WatchedVolume>getKeyValueStore(WatchProcessor.VOLUMES).get("demo"),
        SETTINGS.answerTimeout(),
        micros());
  }

  int storedTroubles() {
    int count = 0;
    try (var all = driver.getKeyValueStore(WatchProcessor.TROUBLES).all()) {
      for (; all.hasNext(); all.next()) {
        count++;
      }
    }
    return count;
  }

  double refused() {
    return registry.counter("blocktail.records.refused").count();
  }

  /// Chunks of an alert or request, one by one.
  static List<Integer> chunks(List<io.blocktail.event.avro.ChunkRun> runs) {
    var chunks = new ArrayList<Integer>();
    for (var run : runs) {
      for (int i = 0; i < run.getCount(); i++) {
        chunks.add(run.getFirst() + i);
      }
    }
    return chunks;
  }

  @Override
  public void close() {
    driver.close();
  }
}
