package io.blocktail.producer.resync;

import io.blocktail.event.Topics;
import io.blocktail.producer.publish.KafkaSettings;
import io.blocktail.producer.publish.TopicUnavailable;
import io.blocktail.volume.VolumeName;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/// The topic of resync requests in Kafka. Each volume has its own group, which remembers how far
/// the volume has answered; the partition is assigned by hand, so nothing is ever rebalanced.
public final class KafkaResyncRequests implements ResyncRequests {
  private static final Duration POLL = Duration.ofMillis(100);

  private final Map<String, Object> settings;
  private final TopicPartition partition;
  private @Nullable KafkaConsumer<byte[], byte[]> consumer;

  public KafkaResyncRequests(VolumeName volume, Topics topics, KafkaSettings kafka) {
    this.partition = new TopicPartition(topics.resyncRequests(), 0);
    this.settings = new HashMap<>(kafka.reading());
    // The validator writes its requests in transactions: what it took back was never asked.
    settings.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    settings.put(ConsumerConfig.GROUP_ID_CONFIG, topics.prefix() + ".resync." + volume);
  }

  @Override
  public List<Received> poll() throws TopicUnavailable {
    try {
      var received = new ArrayList<Received>();
      for (var record : opened().poll(POLL)) {
        received.add(new Received(record.offset(), record.value()));
      }
      return received;
    } catch (KafkaException e) {
      throw failed("they cannot be read: ", e);
    }
  }

  /// After a failure everything begins anew at the committed offset. Requests of before, and those
  /// behind an offset that old age took, are at the topic's beginning: an old one answered twice
  /// does no harm.
  private KafkaConsumer<byte[], byte[]> opened() {
    KafkaConsumer<byte[], byte[]> reading = consumer;
    if (reading == null) {
      reading = new KafkaConsumer<>(settings);
      consumer = reading;
      reading.assign(List.of(partition));
      OffsetAndMetadata committed = reading.committed(Set.of(partition)).get(partition);
      long start = offset(reading.beginningOffsets(List.of(partition)));
      long end = offset(reading.endOffsets(List.of(partition)));
      long next = committed == null ? -1 : committed.offset();
      reading.seek(partition, next >= start && next <= end ? next : start);
    }
    return reading;
  }

  private long offset(Map<TopicPartition, Long> offsets) {
    Long offset = offsets.get(partition);
    if (offset == null) {
      throw new KafkaException("topic " + partition.topic() + " is not known");
    }
    return offset;
  }

  @Override
  public void commit(long offset) throws TopicUnavailable {
    try {
      KafkaConsumer<byte[], byte[]> reading = opened();
      reading.commitSync(Map.of(partition, new OffsetAndMetadata(offset + 1)));
      if (reading.position(partition) <= offset) {
        reading.seek(partition, offset + 1);
      }
    } catch (KafkaException e) {
      throw failed("their position cannot be stored: ", e);
    }
  }

  private TopicUnavailable failed(String what, KafkaException e) {
    close();
    return new TopicUnavailable(what + e, e);
  }

  @Override
  public void close() {
    KafkaConsumer<byte[], byte[]> done = consumer;
    consumer = null;
    if (done != null) {
      done.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
  }
}
