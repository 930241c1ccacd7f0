package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceVolume;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfiguredVolumeTest {
  @TempDir private Path directory;

  private ProducerConfig.Volume config(String file, @Nullable String size) {
    return size == null ? config(file) : config(file, "size", size);
  }

  /// @param more keys and values
  private ProducerConfig.Volume config(String file, String... more) {
    var settings = new HashMap<String, String>();
    settings.put("blocktail.volumes.demo.file", directory.resolve(file).toString());
    settings.put("blocktail.volumes.demo.directory", directory.resolve("state").toString());
    for (int i = 0; i < more.length; i += 2) {
      settings.put("blocktail.volumes.demo." + more[i], more[i + 1]);
    }
    return Objects.requireNonNull(ProducerConfigTest.config(settings).volumes().get("demo"));
  }

  /// It is this volume's trouble alone.
  private static void assertUnusable(String name, ProducerConfig.Volume config, String message) {
    assertThatThrownBy(() -> ConfiguredVolume.open(name, config))
        .isInstanceOf(UnusableVolume.class)
        .hasMessageStartingWith(message);
  }

  /// It stops the start.
  private static void assertRefused(String name, ProducerConfig.Volume config, String message) {
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
        config("demo.img"),
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

  private static SourceVolume opened(ProducerConfig.Volume config) throws Exception {
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
        "demo", config("demo.img"), "blocktail.volumes.demo.file: a volume size of 0 bytes");
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

  @Test
  void aDirectoryOfAVolumeThatWasScannedIsNotServed() throws Exception {
    Files.write(directory.resolve("demo.img"), new byte[8192]);
    Observation scanned = Observation.open("demo", config("demo.img", "capture", "scan"));
    scanned.configured().device().close();
    assertUnusable(
        "demo",
        config("demo.img"),
        "blocktail.volumes.demo.capture: %s is of a volume that was scanned or pulled"
            .formatted(directory.resolve("state")));
  }

  /// Its journal may have what the file has not.
  @Test
  void aDirectoryOfAVolumeThatWasServedIsNotScanned() throws Exception {
    ConfiguredVolume volume = ConfiguredVolume.open("demo", config("demo.img", "8M"));
    var settings =
        new SourceSettings(
            "source", 16 << 20, 1 << 20, Clock.systemUTC(), false, "boot", Runnable::run);
    SourceVolume.open(volume.name(), volume.device(), volume.directory(), settings).close();
    assertThatThrownBy(() -> Observation.open("demo", config("demo.img", "capture", "scan")))
        .isInstanceOf(UnusableVolume.class)
        .hasMessageContaining("demo.capture: ")
        .hasMessageContaining("is of a volume that NBD clients wrote");
  }

  @Test
  void whatIsScannedHasItsSizeAlready() {
    assertRefused(
        "demo",
        config("demo.img", "capture", "scan", "size", "8M"),
        "blocktail.volumes.demo.size: a volume that somebody else writes has the size that it has there");
  }

  @Test
  void whatIsPulledNeedsToBeNamed() {
    assertRefused(
        "demo",
        config("demo.img", "capture", "pull"),
        "demo.file: a volume that is pulled has none");
  }

  @Test
  void aDeviceIsNotWatched() {
    assertThatThrownBy(() ->
            Observation.open("demo", config("/dev/null", "capture", "scan", "scan.watch", "true")))
        .isInstanceOf(UnusableVolume.class);
  }
}
