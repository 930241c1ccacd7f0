package io.blocktail.consumer.intake;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.jspecify.annotations.Nullable;

/// A volume's stream in Kafka: one consumer, whose partition is assigned by hand, and an admin
/// client that tells how the partition lies.
public final class KafkaChangeStream implements ChangeStream {
  /// What one fetch brings at most, in bytes: also what is read ahead.
  private static final int FETCH = 8 << 20;

  private static final Duration ANSWER = Duration.ofSeconds(3);

  private final TopicPartition partition;
  private final KafkaConsumer<byte[], ByteBuffer> consumer;
  private final Admin admin;
  private final String bootstrap;

  /// Offset of the next record to be polled; -1 when none is sought.
  private long next = -1;

  /// That the place sought is not in the stream any more; null when it is, as far as is known.
  private @Nullable StreamCutException cut;

  /// @param settings of Kafka's clients, as the operator gave them
  /// @param group under which the position is committed
  public KafkaChangeStream(String topic, String group, Map<String, String> settings) {
    this.partition = new TopicPartition(topic, 0);
    this.bootstrap = settings.getOrDefault("bootstrap.servers", "no address");
    this.admin = Admin.create(adminSettings(settings));
    this.consumer =
        new KafkaConsumer<>(
            consumerSettings(settings, group),
            new ByteArrayDeserializer(),
            new ByteBufferDeserializer());
    consumer.assign(List.of(partition));
    consumer.pause(List.of(partition));
  }

  private static Map<String, Object> adminSettings(Map<String, String> settings) {
    var all = new HashMap<String, Object>(settings);
    all.put("default.api.timeout.ms", (int) ANSWER.toMillis());
    all.put("request.timeout.ms", (int) ANSWER.toMillis());
    return all;
  }

  /// What correctness rests on is not the operator's choice.
  private static Map<String, Object> consumerSettings(Map<String, String> settings, String group) {
    var all = new HashMap<String, Object>();
    all.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH);
    all.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, FETCH);
    all.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 1000);
    all.put(ConsumerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    all.put(ConsumerConfig.RETRY_BACKOFF_MAX_MS_CONFIG, 1000);
    all.putAll(settings);
    all.put(ConsumerConfig.GROUP_ID_CONFIG, group);
    all.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    all.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    // Events are not written in transactions; what counts is decided by their sequences.
    all.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
    all.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
    return all;
  }

  @Override
  public StreamBounds bounds() throws StreamUnavailableException {
    long deadline = System.nanoTime() + ANSWER.toNanos();
    try {
      var topics = admin.describeTopics(List.of(partition.topic())).allTopicNames();
      var earliest =
          admin.listOffsets(Map.of(partition, OffsetSpec.earliest())).partitionResult(partition);
      var latest =
          admin.listOffsets(Map.of(partition, OffsetSpec.latest())).partitionResult(partition);
      TopicDescription topic = get(topics, deadline).get(partition.topic());
      if (topic == null || topic.partitions().size() != 1) {
        throw new StreamUnavailableException(
            "the topic %s does not have exactly one partition".formatted(partition.topic()));
      }
      ListOffsetsResultInfo end = get(latest, deadline);
      return new StreamBounds(
          topic.topicId().toString(),
          get(earliest, deadline).offset(),
          end.offset(),
          end.leaderEpoch().orElse(-1));
    } catch (ExecutionException e) {
      throw unavailable(e.getCause() == null ? e : e.getCause());
    } catch (TimeoutException | KafkaException e) {
      throw unavailable(e);
    } catch (InterruptedException e) {
      throw new AssertionError("a target's threads are never interrupted", e);
    }
  }

  private static <T> T get(KafkaFuture<T> answer, long deadline)
      throws ExecutionException, InterruptedException, TimeoutException {
    return answer.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private StreamUnavailableException unavailable(Throwable cause) {
    return cause instanceof UnknownTopicOrPartitionException
        ? new StreamUnavailableException(
            "the topic %s does not exist".formatted(partition.topic()), cause)
        : new StreamUnavailableException(
            "the broker at %s does not answer for the topic %s: %s"
                .formatted(bootstrap, partition.topic(), said(cause)),
            cause);
  }

  private static String said(Throwable cause) {
    return cause.getMessage() == null
        ? "no answer within %d s".formatted(ANSWER.toSeconds())
        : cause.getMessage();
  }

  @Override
  public void seek(StreamPosition position) {
    Optional<Integer> leaderEpoch =
        position.leaderEpoch() < 0 ? Optional.empty() : Optional.of(position.leaderEpoch());
    consumer.seek(partition, new OffsetAndMetadata(position.offset(), leaderEpoch, ""));
    consumer.resume(List.of(partition));
    next = position.offset();
    cut = null;
  }

  @Override
  public Batch poll(Duration atMost)
      throws StreamUnavailableException, StreamCutException, UnreadableRecordException {
    if (cut != null) {
      throw cut; // its partition is paused: polling it would find nothing, for ever
    }
    assert next >= 0 : "nothing was sought";
    try {
      var records = new ArrayList<StreamRecord>();
      for (ConsumerRecord<byte[], ByteBuffer> record : consumer.poll(atMost)) {
        records.add(
            new StreamRecord(
                record.offset(),
                record.leaderEpoch().orElse(-1),
                record.timestamp(),
                record.value()));
        next = record.offset() + 1;
      }
      return new Batch(records, end(records.isEmpty() ? null : records.getLast()));
    } catch (OffsetOutOfRangeException | NoOffsetForPartitionException e) {
      consumer.pause(List.of(partition));
      cut =
          new StreamCutException(
              "the stream's records at offset %d, which were to be read next, are gone, or it was cut back"
                      .formatted(next)
                  + " below them",
              e);
      throw cut;
    } catch (ApiException | SerializationException | InterruptException e) {
      throw unavailable(e);
    } catch (KafkaException e) {
      // neither the broker's answer nor our own doing: it cannot make a record of what it got
      throw new UnreadableRecordException(next, e);
    }
  }

  /// The consumer's position is behind the last record that it has given out.
  private long end(@Nullable StreamRecord last) {
    OptionalLong lag = consumer.currentLag(partition);
    if (last == null || lag.isEmpty()) {
      return -1;
    }
    return last.offset() + 1 + lag.getAsLong();
  }

  @Override
  public void commit(StreamPosition position) {
    consumer.commitAsync(
        Map.of(partition, new OffsetAndMetadata(position.offset())), (offsets, failure) -> {});
  }

  @Override
  public void close() {
    try (admin) {
      consumer.close(org.apache.kafka.clients.consumer.CloseOptions.timeout(Duration.ofSeconds(2)));
    }
  }
}
