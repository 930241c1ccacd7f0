package io.blocktail.producer;

import io.blocktail.producer.capture.CannotGrow;
import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.volume.VolumeName;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Opens volumes as the configuration says. What is wrong with that is found before any is opened.
final class VolumeOpening {
  private static final Logger LOG = Logger.getLogger(VolumeOpening.class);
  private static final int LONGEST_ID = 255;

  private final ProducerConfig config;
  private final String owner;

  /// @throws ConfigurationError when no volume can be opened with this configuration
  VolumeOpening(ProducerConfig config) {
    this.config = config;
    this.owner = owner(config);
    var _ = settings(true);
  }

  private static String owner(ProducerConfig config) {
    String id = config.id().orElseGet(VolumeOpening::hostName);
    if (id.isBlank() || id.length() > LONGEST_ID) {
      throw new ConfigurationError(
          "blocktail.id", "'%s' must have 1 to %d characters".formatted(id, LONGEST_ID), null);
    }
    return id;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new ConfigurationError(
          "blocktail.id", "not given, and this host's name is not known: " + e.getMessage(), e);
    }
  }

  RunningVolume open(VolumeName name, ProducerConfig.Volume volume, KafkaClients clients)
      throws IOException {
    Observation observation =
        volume.capture() == ProducerConfig.Capture.NBD
            ? null
            : Observation.open(name.value(), volume);
    ConfiguredVolume configured =
        observation == null
            ? ConfiguredVolume.open(name.value(), volume)
            : observation.configured();
    try {
      SourceVolume source =
          SourceVolume.open(
              name, configured.device(), configured.directory(), settings(!configured.created()));
      grow(source, volume);
      return run(source, configured.file(), volume, clients, observation);
    } catch (IOException | RuntimeException e) {
      close(configured);
      throw e;
    }
  }

  private RunningVolume run(
      SourceVolume source,
      String file,
      ProducerConfig.Volume volume,
      KafkaClients clients,
      @Nullable Observation observation)
      throws IOException {
    try {
      return new RunningVolume(source, file, volume.readOnly(), config, clients, observation);
    } catch (IOException e) {
      try (source) {
        throw e;
      }
    }
  }

  /// Where the volume's bytes are, for people.
  static String place(ProducerConfig.Volume volume) {
    return volume
        .file()
        .map(file -> file.toAbsolutePath().toString())
        .or(() -> volume.pull().uri())
        .orElse("");
  }

  /// A size that was configured anew is taken up at the next start.
  static void grow(SourceVolume source, ProducerConfig.Volume volume) throws IOException {
    long wanted = volume.size().map(MemorySize::asLongValue).orElse(0L);
    long present = source.ownership().geometry().size();
    if (wanted < present) {
      return;
    }
    try {
      source.grow(wanted);
    } catch (CannotGrow e) {
      LOG.warnf("it stays as large as it is now: %s", e.getMessage());
    }
  }

  private static void close(ConfiguredVolume configured) {
    try {
      configured.device().close();
    } catch (IOException e) {
      LOG.warnf(e, "%s was not closed", configured.file());
    }
  }

  private SourceSettings settings(boolean startsWithContent) {
    try {
      return new SourceSettings(
          owner,
          config.journal().limit().asLongValue(),
          Math.toIntExact(config.journal().segment().asLongValue()),
          Clock.systemUTC(),
          startsWithContent);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigurationError(
          "blocktail.journal.limit and .segment", String.valueOf(e.getMessage()), e);
    }
  }
}
