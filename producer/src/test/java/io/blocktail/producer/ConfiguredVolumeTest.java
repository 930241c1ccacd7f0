package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceVolume;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.runtime.configuration.MemorySizeConverter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredVolumeTest {
  @TempDir private Path directory;

  private record Config(Path file, Optional<MemorySize> size, Path directory, boolean readOnly)
      implements ProducerConfig.Volume {}

  private Config config(String file, @Nullable String size) {
    return new Config(
        directory.resolve(file),
        Optional.ofNullable(size).map(new MemorySizeConverter()::convert),
        directory.resolve("state"),
        false);
  }

  /// It is this volume's trouble alone.
  private static void assertUnusable(String name, Config config, String message) {
    assertThatThrownBy(() -> ConfiguredVolume.open(name, config))
        .isInstanceOf(UnusableVolume.class)
        .hasMessageStartingWith(message);
  }

  /// It stops the start.
  private static void assertRefused(String name, Config config, String message) {
    assertThatThrownBy(() -> ConfiguredVolume.judge(name, config))
        .isInstanceOf(ConfigurationError.class)
        .hasMessageContaining(message);
  }

  @Test
  void aMissingFileIsMadeWithTheSize() throws Exception {
    ConfiguredVolume volume = ConfiguredVolume.open("demo", config("new/demo.img", "8M"));
    assertThat(volume.created()).isTrue();
    assertThat(volume.device().size()).isEqualTo(8 << 20);
    volume.device().close();
  }

  @Test
  void noSilentLossAFileThatWasAVolumeIsNotMadeAnew() throws Exception {
    ConfiguredVolume volume = ConfiguredVolume.open("demo", config("demo.img", "8M"));
    var settings =
        new SourceSettings(
            "source", 16 << 20, 1 << 20, Clock.systemUTC(), false, "boot", Runnable::run);
    SourceVolume.open(volume.name(), volume.device(), volume.directory(), settings).close();
    Files.delete(directory.resolve("demo.img"));

    assertUnusable(
        "demo",
        config("demo.img", "8M"),
        "blocktail.volumes.demo.file: %s is missing, although %s says that it was a volume"
            .formatted(directory.resolve("demo.img"), directory.resolve("state")));
    assertThat(directory.resolve("demo.img")).doesNotExist();
  }

  @Test
  void aMissingFileWithoutASizeIsRefused() {
    assertUnusable(
        "demo",
        config("demo.img", null),
        "blocktail.volumes.demo.file: there is no file " + directory.resolve("demo.img"));
  }

  @Test
  void aSizeThatIsNoMultipleOfABlockIsRefused() {
    assertRefused(
        "demo",
        config("demo.img", "1000"),
        "blocktail.volumes.demo.size: a volume size of 1000 bytes");
    assertThat(directory.resolve("demo.img")).doesNotExist();
  }

  @Test
  void aFileOfAnotherSizeThanConfiguredIsRefused() throws Exception {
    Files.write(directory.resolve("demo.img"), new byte[8192]);
    assertUnusable(
        "demo",
        config("demo.img", "1M"),
        "blocktail.volumes.demo.size: 1048576 bytes are configured, but ");
  }

  @Test
  void aSizeThatIsConfiguredAnewIsGrownTo() throws Exception {
    for (String size : new String[] {"1M", "3M"}) {
      try (SourceVolume volume = opened(config("demo.img", size))) {
        VolumeOpening.grow(volume, config("demo.img", size));
        assertThat(volume.device().size())
            .isEqualTo(config("demo.img", size).size().get().asLongValue());
      }
    }
    try (SourceVolume grown = opened(config("demo.img", "2M"))) {
      VolumeOpening.grow(grown, config("demo.img", "2M"));
      assertThat(grown.device().size()).as("it has grown beyond").isEqualTo(3 << 20);
    }
  }

  private static SourceVolume opened(Config config) throws Exception {
    ConfiguredVolume volume = ConfiguredVolume.open("demo", config);
    var settings =
        new SourceSettings(
            "source", 16 << 20, 1 << 20, Clock.systemUTC(), false, "boot", Runnable::run);
    return SourceVolume.open(volume.name(), volume.device(), volume.directory(), settings);
  }

  @Test
  void anEmptyFileIsRefused() throws Exception {
    Files.createFile(directory.resolve("demo.img"));
    assertUnusable(
        "demo", config("demo.img", null), "blocktail.volumes.demo.file: a volume size of 0 bytes");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsRefused() throws Exception {
    Files.createFile(directory.resolve("state"));
    assertUnusable(
        "demo",
        config("demo.img", "1M"),
        "blocktail.volumes.demo.directory: the directory " + directory.resolve("state"));
  }

  @Test
  void aNameThatIsNoneIsRefused() {
    assertRefused("De_mo", config("demo.img", "1M"), "'De_mo' is not a volume name");
  }
}
