package io.blocktail.validator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValidatorConfigTest {
  private static final Map<String, String> LEAST = Map.of("blocktail.state-directory", "state");

  @TempDir Path directory;

  @Test
  void defaults() {
    ValidatorConfig config = config(LEAST);
    assertThat(config.topicPrefix()).isEqualTo("blocktail");
    assertThat(config.heal()).isTrue();
    assertThat(config.answerTimeout()).isEqualTo(Duration.ofSeconds(30));
    assertThat(config.closedAlerts()).isEqualTo(10_000);
    assertThat(config.kafka()).isEmpty();
    assertThat(config.stateDirectory()).isEqualTo(Path.of("state"));
  }

  @Test
  void kafkaSettingsPassThrough() {
    var config = config(with("blocktail.kafka.\"bootstrap.servers\"", "broker:9092"));
    assertThat(config.kafka()).isEqualTo(Map.of("bootstrap.servers", "broker:9092"));
  }

  @Test
  void anUnknownKeyIsRefused() {
    assertThatThrownBy(() -> config(with("blocktail.heel", "true")))
        .hasMessageContaining("blocktail.heel");
  }

  @Test
  void theStateDirectoryIsNeeded() {
    assertThatThrownBy(() -> config(Map.of())).hasMessageContaining("blocktail.state-directory");
  }

  @Test
  void aMissingBrokerAddressIsNamed() {
    assertThatThrownBy(() -> new Validator(config(LEAST), new SimpleMeterRegistry()))
        .hasMessage(
            "blocktail.kafka.\"bootstrap.servers\" is missing: say where Kafka is, as HOST:PORT");
  }

  @Test
  void anUnusableStateDirectoryIsNamed() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));
    var keys = with("blocktail.kafka.\"bootstrap.servers\"", "broker:9092");
    keys.put("blocktail.state-directory", file.toString());
    assertThatThrownBy(() -> new Validator(config(keys), new SimpleMeterRegistry()))
        .hasMessageStartingWith("blocktail.state-directory " + file + ": ");
  }

  @Test
  void aSettingThatIsNotTheOperatorsIsRefused() {
    var keys = with("blocktail.kafka.\"bootstrap.servers\"", "broker:9092");
    keys.put("blocktail.kafka.\"processing.guarantee\"", "at_least_once");
    keys.put("blocktail.state-directory", directory.toString());
    assertThatThrownBy(() -> new Validator(config(keys), new SimpleMeterRegistry()))
        .hasMessageContaining("processing.guarantee");
  }

  private static Map<String, String> with(String key, String value) {
    var keys = new HashMap<>(LEAST);
    keys.put(key, value);
    return keys;
  }

  private static ValidatorConfig config(Map<String, String> keys) {
    return new SmallRyeConfigBuilder()
        .withConverter(Duration.class, 200, new DurationConverter())
        .withMapping(ValidatorConfig.class)
        .withSources(new PropertiesConfigSource(keys, "test", 100))
        .build()
        .getConfigMapping(ValidatorConfig.class);
  }
}
