package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.nbd.TlsMode;
import io.quarkus.runtime.configuration.DurationConverter;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.math.BigInteger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProducerConfigTest {
  private static final String VOLUME = "blocktail.volumes.demo.";

  static ProducerConfig config(Map<String, String> settings) {
    var all = new HashMap<>(Map.of(VOLUME + "file", "demo.img", VOLUME + "directory", "demo"));
    all.putAll(settings);
    return new SmallRyeConfigBuilder()
        .withMapping(ProducerConfig.class)
        .withConverter(MemorySize.class, 100, new MemorySizeConverter())
        .withConverter(Duration.class, 100, new DurationConverter())
        .withSources(new PropertiesConfigSource(all, "test", 100))
        .build()
        .getConfigMapping(ProducerConfig.class);
  }

  @Test
  void theDefaultsAreThese() {
    ProducerConfig config = config(Map.of());
    assertThat(config.id()).isEmpty();
    assertThat(config.topicPrefix()).isEqualTo("blocktail");
    assertThat(config.kafka()).isEmpty();
    assertThat(config.directory()).isEmpty();
    assertThat(config.createAnywhere()).isFalse();
    assertThat(config.nbd().host()).isEqualTo("127.0.0.1");
    assertThat(config.nbd().port()).isEqualTo(10809);
    assertThat(config.nbd().socket()).isEmpty();
    assertThat(config.nbd().tls()).isEqualTo(TlsMode.OFF);
    assertThat(config.nbd().socketTls()).isEqualTo(TlsMode.OFF);
    assertThat(config.nbd().tlsConfigurationName()).isEqualTo("nbd");
    assertThat(config.nbd().allowInsecureRemote()).isFalse();
    assertThat(config.nbd().maxConnections()).isEqualTo(64);
    assertThat(config.nbd().handshakeTimeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(config.nbd().maxRequest().asLongValue()).isEqualTo(32 << 20);
    assertThat(config.nbd().maxInFlight()).isEqualTo(1024);
    assertThat(config.nbd().keepalive()).isEqualTo(Duration.ofMinutes(1));
    assertThat(config.nbd().farewell()).isEqualTo(Duration.ofSeconds(1));
    assertThat(config.journal().limit().asBigInteger()).isEqualTo(BigInteger.ONE.shiftLeft(30));
    assertThat(config.journal().segment().asLongValue()).isEqualTo(64 << 20);
    assertThat(config.journal().whenFull()).isEqualTo(ProducerConfig.WhenFull.OVERFLOW);
    assertThat(config.journal().overflowAfter()).hasSeconds(5);
    assertThat(config.publish().interval()).isEqualTo(Duration.ofMillis(10));
    assertThat(config.checkpointInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.scrub().period()).isEqualTo(Duration.ofHours(24));
    assertThat(config.resync().rate()).isEmpty();
    assertThat(config.topics().replicationFactor()).isEmpty();
    assertThat(config.topics().minInsyncReplicas()).isEmpty();
    ProducerConfig.Volume volume = config.volumes().get("demo");
    assertThat(volume).isNotNull();
    assertThat(volume.capture()).isEqualTo(ProducerConfig.Capture.NBD);
    assertThat(volume.file()).hasValue(Path.of("demo.img"));
    assertThat(volume.scan().period()).isEqualTo(Duration.ofHours(1));
    assertThat(volume.scan().rate()).isEmpty();
    assertThat(volume.scan().watch()).isFalse();
    assertThat(volume.scan().settle()).isEqualTo(Duration.ofSeconds(2));
    assertThat(volume.pull().uri()).isEmpty();
    assertThat(volume.pull().bitmap()).isEmpty();
    assertThat(volume.pull().period()).isEqualTo(Duration.ofMinutes(1));
    assertThat(volume.size()).isEmpty();
    assertThat(volume.readOnly()).isFalse();
  }

  @Test
  void settingsOfKafkasClientsPassThrough() {
    assertThat(config(Map.of("blocktail.kafka.\"bootstrap.servers\"", "a:1,b:2")).kafka())
        .isEqualTo(Map.of("bootstrap.servers", "a:1,b:2"));
  }

  @Test
  void anUnknownKeyIsRefusedByItsName() {
    assertThatThrownBy(() -> config(Map.of("blocktail.journal.size", "1G")))
        .hasMessageContaining("blocktail.journal.size")
        .hasMessageContaining("does not map to any root");
  }

  @Test
  void aVolumeWithoutADirectoryIsRefused() {
    assertThatThrownBy(() -> config(Map.of("blocktail.volumes.other.file", "x")))
        .hasMessageContaining("blocktail.volumes.other.directory");
  }
}
