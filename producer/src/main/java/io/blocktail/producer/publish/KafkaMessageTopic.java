package io.blocktail.producer.publish;

import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/// A topic of messages in Kafka.
///
/// @param client shared by many threads and topics, and not closed here
/// @param made whether the topic is known to be made: a broker may make one, with settings of its
///   own, that a message is sent to
public record KafkaMessageTopic(
    String topic, LateClient<Producer<byte[], byte[]>> client, BooleanSupplier made)
    implements MessageTopic {
  @Override
  public void send(String key, byte[] message, Answer answer) {
    put(key, message, answer);
  }

  @Override
  public void erase(String key, Answer answer) {
    put(key, null, answer);
  }

  private void put(String key, byte @Nullable [] message, Answer answer) {
    var record =
        new ProducerRecord<byte[], byte[]>(topic, key.getBytes(StandardCharsets.UTF_8), message);
    if (!made.getAsBoolean()) {
      answer.told("topic " + topic + " is not made yet");
      return;
    }
    try {
      client.get().send(record, (metadata, e) -> answer.told(e == null ? null : e.toString()));
    } catch (TopicUnavailable | KafkaException | IllegalStateException e) {
      answer.told(e.toString());
    }
  }
}
