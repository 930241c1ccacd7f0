package io.blocktail.validator.topology;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;

/// Kafka's settings of this application.
final class StreamsSettings {
  /// Decided here: the rest of the application depends on it.
  private static final List<String> FIXED =
      List.of(
          StreamsConfig.APPLICATION_ID_CONFIG,
          StreamsConfig.STATE_DIR_CONFIG,
          StreamsConfig.PROCESSING_GUARANTEE_CONFIG,
          ConsumerConfig.GROUP_INSTANCE_ID_CONFIG);

  private StreamsSettings() {}

  static Properties of(Application.Settings settings) {
    for (String fixed : FIXED) {
      if (settings.kafka().containsKey(fixed)) {
        throw new IllegalArgumentException(
            "the Kafka setting '%s' cannot be given".formatted(fixed));
      }
    }
    var properties = new Properties();
    // How late an alert may come at each of two hops; the default, 30 s, is for throughput.
    properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, "100");
    // How long a lost instance without its state directory is waited for.
    properties.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, "10000");
    properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksMemory.class.getName());
    properties.putAll(settings.kafka());
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.topics().prefix() + "-validator");
    properties.put(StreamsConfig.STATE_DIR_CONFIG, settings.directory().toString());
    // Alerts and requests are made of what is stored, and stored when they are sent: both or
    // neither.
    properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    // A name that outlives the process: after a kill nobody waits for the session to run out.
    properties.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance(settings.directory()));
    return properties;
  }

  /// What the admin client takes of them.
  static Properties admin(Properties properties) {
    var admin = new Properties();
    properties.forEach((key, value) -> {
      if (AdminClientConfig.configNames().contains(key)) {
        admin.put(key, value);
      }
    });
    admin.put("client.id", properties.getProperty(StreamsConfig.APPLICATION_ID_CONFIG) + "-setup");
    admin.put("default.api.timeout.ms", "10000");
    admin.put("request.timeout.ms", "5000");
    return admin;
  }

  private static String instance(Path directory) {
    Path file = directory.resolve("instance");
    try {
      Files.createDirectories(directory);
      if (!Files.exists(file)) {
        Path made = Files.createTempFile(directory, "instance", ".new");
        Files.writeString(made, UUID.randomUUID().toString());
        Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
      }
      return UUID.fromString(Files.readString(file).strip()).toString();
    } catch (IOException e) {
      throw new UncheckedIOException("the state directory cannot be used: " + e, e);
    } catch (IllegalArgumentException e) {
      throw new UncheckedIOException(
          new IOException(file + " does not hold an instance's name; delete it to get another", e));
    }
  }

  /// How many partitions of the watch this instance holds.
  static int partitionsWatched(KafkaStreams streams) {
    return (int)
        streams.metadataForLocalThreads().stream()
            .flatMap(thread -> thread.activeTasks().stream())
            .flatMap(task -> task.topicPartitions().stream())
            .filter(partition -> partition.topic().endsWith(ValidatorTopology.OBSERVATIONS_TOPIC))
            .distinct()
            .count();
  }
}
