package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.Test;

class LateClientTest {
  private static Admin admin(String bootstrap) {
    return Admin.create(new KafkaSettings(Map.of("bootstrap.servers", bootstrap)).admin());
  }

  /// Source first: a host that boots before its name service.
  @Test
  void aBrokerWhoseNameCannotBeResolvedYetIsTriedAgain() throws Exception {
    var bootstrap = new AtomicReference<>("nowhere.invalid:9092");
    LateClient<Admin> client = LateClient.of(() -> admin(bootstrap.get()));
    assertThatThrownBy(client::get)
        .isInstanceOf(TopicUnavailable.class)
        .hasMessageContaining("No resolvable bootstrap urls");
    bootstrap.set("127.0.0.1:9092");
    Admin made = client.get();
    assertThat(client.get()).isSameAs(made);
    client.close(admin -> admin.close(Duration.ZERO));
    assertThatThrownBy(client::get).isInstanceOf(TopicUnavailable.class);
  }

  @Test
  void settingsThatAreWrongAreFoundAtOnce() {
    assertThatThrownBy(() -> LateClient.of(() -> admin("no-port")))
        .isInstanceOf(KafkaException.class);
  }
}
