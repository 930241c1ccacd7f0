package io.blocktail.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.digest.ResyncAsk;
import io.blocktail.event.Topics;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.time.InstantSource;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.eclipse.microprofile.health.HealthCheckResponse.Status;
import org.junit.jupiter.api.Test;

class OutboxHealthTest {
  /// Has a defect that nobody expects of it.
  private static final class DefectiveProducer extends MockProducer<String, byte[]> {
    DefectiveProducer() {
      super(true, null, new StringSerializer(), new ByteArraySerializer());
    }

    @Override
    public synchronized Future<RecordMetadata> send(
        ProducerRecord<String, byte[]> record, Callback callback) {
      throw new UnsupportedOperationException("a defect");
    }
  }

  @Test
  void defectOfTheProducerTakesReadinessDown() throws InterruptedException {
    try (var outbox = new Outbox(new DefectiveProducer())) {
      assertThat(OutboxHealth.of(outbox).getStatus()).isEqualTo(Status.UP);
      new Announcer(
              new VolumeName("demo"),
              new TargetName("a"),
              new Topics("blocktail"),
              outbox,
              InstantSource.system())
          .ask(new ResyncAsk("id", null, null, "a reason"));
      for (int i = 0; i < 1000 && outbox.sends(); i++) {
        Thread.sleep(10);
      }
      assertThat(OutboxHealth.of(outbox).getStatus()).isEqualTo(Status.DOWN);
    }
  }
}
