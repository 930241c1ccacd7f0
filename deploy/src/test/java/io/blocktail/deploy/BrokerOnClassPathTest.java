package io.blocktail.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BrokerOnClassPathTest {
  @Test
  void theBrokerAndItsLoggingAreThere() throws Exception {
    assertThat(Class.forName("kafka.Kafka")).isNotNull();
    assertThat(getClass().getResource("/broker-log4j2.properties")).isNotNull();
  }
}
