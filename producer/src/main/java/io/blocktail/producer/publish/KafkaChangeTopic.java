package io.blocktail.producer.publish;

import io.blocktail.event.Topics;
import io.blocktail.volume.VolumeName;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// A volume's topic in Kafka. The client that sends is made with the first record after
/// construction or [#reset]: one that has failed once is never trusted again.
public final class KafkaChangeTopic implements ChangeTopic {
  private static final Duration READ = Duration.ofMillis(500);

  private final VolumeName volume;
  private final KafkaSettings settings;
  private final LateClient<Admin> admin;
  private final TopicSetup setup;
  private final TopicPartition partition;
  private final byte[] key;

  private @Nullable KafkaConsumer<byte[], byte[]> consumer;
  private @Nullable KafkaProducer<byte[], byte[]> producer;

  /// Filled by the thread of the client that sends. Each client has its own, so that what an
  /// abandoned one still tells is heard by nobody.
  private Queue<Completion> completions = new ConcurrentLinkedQueue<>();

  /// @param admin not closed here
  public KafkaChangeTopic(
      VolumeName volume,
      Topics topics,
      KafkaSettings settings,
      LateClient<Admin> admin,
      TopicSetup setup) {
    this.volume = volume;
    this.settings = settings;
    this.admin = admin;
    this.setup = setup;
    this.partition = new TopicPartition(topics.changes(volume), 0);
    this.key = volume.value().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Bounds bounds() throws TopicUnavailable, UnfitStream {
    String id = setup.changes(volume);
    return new Bounds(id, offset(OffsetSpec.earliest()), offset(OffsetSpec.latest()));
  }

  private long offset(OffsetSpec which) throws TopicUnavailable {
    ListOffsetsResult answer = admin.get().listOffsets(Map.of(partition, which));
    return TopicSetup.await(answer.partitionResult(partition)).offset();
  }

  @Override
  public Slice read(long from) throws TopicUnavailable {
    try {
      KafkaConsumer<byte[], byte[]> reading = consumer;
      if (reading == null) {
        reading = new KafkaConsumer<>(settings.reading());
        consumer = reading;
        reading.assign(List.of(partition));
      }
      reading.seek(partition, from);
      var stored = new ArrayList<Stored>();
      for (var record : reading.poll(READ)) {
        stored.add(new Stored(record.offset(), record.value()));
      }
      return new Slice(stored, reading.position(partition));
    } catch (KafkaException e) {
      closeConsumer();
      throw new TopicUnavailable("it cannot be read from offset %d: %s".formatted(from, e), e);
    }
  }

  /// A record that failed is the last that its client sends: it would number what it has left anew
  /// and send that behind the hole, as when a right that was missing for one batch is there for the
  /// next. The client is closed by its own thread, before that thread sends anything more.
  ///
  /// The client has no room, or it has forgotten where the topic is, which it does when no broker
  /// has answered for a while: it asks for some seconds, then refuses the record.
  @Override
  public void send(byte[] record) throws TopicUnavailable {
    Queue<Completion> told = completions;
    Future<RecordMetadata> fate;
    try {
      KafkaProducer<byte[], byte[]> sending = sending();
      fate =
          sending.send(
              new ProducerRecord<>(partition.topic(), 0, key, record),
              (metadata, e) -> {
                if (e == null) {
                  told.add(new Completion.Acknowledged(metadata.offset()));
                } else {
                  told.add(new Completion.Failed(e.toString()));
                  sending.close(Duration.ZERO);
                }
              });
    } catch (KafkaException | IllegalStateException e) {
      throw refused(e);
    }
    if (fate.state() == Future.State.FAILED) {
      throw refused(fate.exceptionNow());
    }
  }

  private KafkaProducer<byte[], byte[]> sending() {
    KafkaProducer<byte[], byte[]> sending = producer;
    if (sending == null) {
      closeConsumer();
      sending = new KafkaProducer<>(settings.changes());
      producer = sending;
    }
    return sending;
  }

  private static TopicUnavailable refused(Throwable e) {
    return new TopicUnavailable("Kafka does not take a record: " + e.getMessage(), e);
  }

  @Override
  public @Nullable Completion poll() {
    return completions.poll();
  }

  @Override
  public void reset() {
    KafkaProducer<byte[], byte[]> abandoned = producer;
    producer = null;
    completions = new ConcurrentLinkedQueue<>();
    if (abandoned != null) {
      abandoned.close(Duration.ZERO);
    }
  }

  private void closeConsumer() {
    KafkaConsumer<byte[], byte[]> done = consumer;
    consumer = null;
    if (done != null) {
      done.close(CloseOptions.timeout(Duration.ZERO));
    }
  }

  @Override
  public void close() {
    reset();
    closeConsumer();
  }
}
