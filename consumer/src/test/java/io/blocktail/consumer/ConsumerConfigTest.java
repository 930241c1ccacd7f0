package io.blocktail.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConsumerConfigTest {
  private static final String TARGET = "blocktail.volumes.demo.targets.a";

  @TempDir private Path directory;

  private static ConsumerConfig config(Map<String, String> values) {
    return new SmallRyeConfigBuilder()
        .addDefaultInterceptors()
        .addDiscoveredConverters()
        .withMapping(ConsumerConfig.class)
        .withDefaultValues(values)
        .build()
        .getConfigMapping(ConsumerConfig.class);
  }

  private Map<String, String> target() {
    var values = new HashMap<String, String>();
    values.put("blocktail.kafka.\"bootstrap.servers\"", "localhost:1");
    values.put(TARGET + ".file", directory.resolve("a.img").toString());
    values.put(TARGET + ".directory", directory.resolve("a").toString());
    return values;
  }

  private static void isRefused(Map<String, String> values, String message) {
    assertThatThrownBy(() -> TargetPlan.of(config(values)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  @Test
  void defaults() {
    ConsumerConfig config = config(Map.of());
    assertThat(config.topicPrefix()).isEqualTo("blocktail");
    assertThat(config.kafka()).isEmpty();
    assertThat(config.checkpointInterval()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.volumes()).isEmpty();
    assertThat(TargetPlan.of(config)).isEmpty();
  }

  @Test
  void targetsAreReadByVolumeAndName() {
    assertThat(TargetPlan.of(config(target())))
        .extracting(plan -> plan.volume() + "/" + plan.name() + " " + plan.file())
        .isEqualTo(List.of("demo/a " + directory.resolve("a.img")));
    assertThat(config(target()).kafka()).containsEntry("bootstrap.servers", "localhost:1");
  }

  @Test
  void unknownKeyIsRefused() {
    assertThatThrownBy(() -> config(Map.of("blocktail.checkpoint-intervall", "1s")))
        .hasMessageContaining("blocktail.checkpoint-intervall");
  }

  @Test
  void badDurationIsRefusedByItsKey() {
    assertThatThrownBy(() -> config(Map.of("blocktail.checkpoint-interval", "soon")))
        .hasMessageContaining("blocktail.checkpoint-interval");
  }

  @Test
  void missingFileKeyIsRefused() {
    var values = target();
    values.remove(TARGET + ".file");
    assertThatThrownBy(() -> config(values)).hasMessageContaining(TARGET + ".file");
  }

  @Test
  void missingBrokerIsRefused() {
    var values = target();
    values.remove("blocktail.kafka.\"bootstrap.servers\"");
    isRefused(
        values,
        "blocktail.kafka.\"bootstrap.servers\" is missing: it says where Kafka is, as in localhost:9092");
  }

  @Test
  void badNameIsRefused() {
    var values = new HashMap<String, String>();
    target().forEach((key, value) -> values.put(key.replace("targets.a", "targets.A_1"), value));
    isRefused(
        values,
        "blocktail.volumes.demo.targets.A_1: 'A_1' is not a target name: use 1 to 63 of a-z, 0-9 and '-', not starting with '-'");
  }

  @Test
  void twoTargetsInOneFileAreRefused() {
    var values = target();
    values.put("blocktail.volumes.demo.targets.b.file", directory.resolve("a.img").toString());
    values.put("blocktail.volumes.demo.targets.b.directory", directory.resolve("b").toString());
    assertThatThrownBy(() -> TargetPlan.of(config(values)))
        .hasMessageContaining(TARGET + ".file")
        .hasMessageContaining("blocktail.volumes.demo.targets.b.file")
        .hasMessageEndingWith("are both " + directory.resolve("a.img"));
  }

  private void cannotBeUsed(String message) {
    TargetPlan plan = TargetPlan.of(config(target())).getFirst();
    assertThatThrownBy(plan::prepare).isInstanceOf(IOException.class).hasMessage(message);
  }

  @Test
  void directoryThatCannotBeMadeIsTheTargetsOwnTrouble() throws IOException {
    Files.createFile(directory.resolve("a"));
    cannotBeUsed(
        "%s.directory: the directory %s cannot be made: %s exists already"
            .formatted(TARGET, directory.resolve("a"), directory.resolve("a")));
  }

  @Test
  void directoryInPlaceOfTheFileIsTheTargetsOwnTrouble() throws IOException {
    Files.createDirectory(directory.resolve("a.img"));
    cannotBeUsed(
        "%s.file=%s: not a file that can be written".formatted(TARGET, directory.resolve("a.img")));
  }
}
