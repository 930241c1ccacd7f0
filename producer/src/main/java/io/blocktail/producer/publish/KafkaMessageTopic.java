package io.blocktail.producer.publish;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/// A topic of messages in Kafka.
///
/// @param producer shared by many threads and topics, and not closed here
public record KafkaMessageTopic(String topic, Producer<byte[], byte[]> producer)
    implements MessageTopic {
  private static final Logger LOG = Logger.getLogger(KafkaMessageTopic.class);

  @Override
  public void send(String key, byte[] message, Answer answer) {
    var record =
        new ProducerRecord<byte[], byte[]>(topic, key.getBytes(StandardCharsets.UTF_8), message);
    try {
      producer.send(
          record,
          (metadata, e) -> {
            if (e != null) {
              LOG.debugf("topic %s, key %s: %s", topic, key, e);
            }
            answer.told(e == null);
          });
    } catch (KafkaException | IllegalStateException e) {
      LOG.debugf("topic %s, key %s: %s", topic, key, e);
      answer.told(false);
    }
  }
}
