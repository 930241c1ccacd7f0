package io.blocktail.consumer;

import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// One configured target, judged: what is wrong with the configuration itself is found before
/// anything starts; what its files lack is the one target's trouble, see [#prepare].
record TargetPlan(VolumeName volume, TargetName name, Path file, Path directory) {
  /// All configured targets, by volume and name.
  ///
  /// @throws ConfigurationException that names the first key that cannot be followed
  static List<TargetPlan> of(ConsumerConfig config) {
    var plans = new ArrayList<TargetPlan>();
    var users = new HashMap<Path, String>();
    for (var volume : config.volumes().entrySet()) {
      for (var target : volume.getValue().targets().entrySet()) {
        plans.add(plan(volume.getKey(), target.getKey(), target.getValue(), users));
      }
    }
    if (!plans.isEmpty() && !config.kafka().containsKey("bootstrap.servers")) {
      throw new ConfigurationException(
          "blocktail.kafka.\"bootstrap.servers\" is missing: it says where Kafka is, as in localhost:9092");
    }
    if (config.checkpointInterval().isNegative() || config.checkpointInterval().isZero()) {
      throw new ConfigurationException(
          "blocktail.checkpoint-interval=%s: must be more than nothing"
              .formatted(config.checkpointInterval()));
    }
    plans.sort(
        Comparator.comparing((TargetPlan plan) -> plan.volume.value())
            .thenComparing(plan -> plan.name.value()));
    return plans;
  }

  private static TargetPlan plan(
      String volume, String target, ConsumerConfig.TargetConfig config, Map<Path, String> users) {
    String key = "blocktail.volumes.%s.targets.%s".formatted(volume, target);
    try {
      var plan =
          new TargetPlan(
              new VolumeName(volume),
              new TargetName(target),
              config.file().toAbsolutePath().normalize(),
              config.directory().toAbsolutePath().normalize());
      claim(users, plan.file, key + ".file");
      claim(users, plan.directory, key + ".directory");
      return plan;
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(key + ": " + e.getMessage());
    }
  }

  /// The configuration's keys of this target begin with it.
  private String key() {
    return "blocktail.volumes.%s.targets.%s".formatted(volume, name);
  }

  /// Makes the directories that are missing.
  ///
  /// @throws IOException that names the key, when one of the two cannot be used now
  void prepare() throws IOException {
    prepare(directory, key() + ".directory");
    Path parent = file.getParent();
    if (parent != null) {
      prepare(parent, key() + ".file");
    }
    if (Files.isDirectory(file) || Files.exists(file) && !Files.isWritable(file)) {
      throw new IOException("%s.file=%s: not a file that can be written".formatted(key(), file));
    }
  }

  private static void prepare(Path directory, String key) throws IOException {
    try {
      Files.createDirectories(directory);
    } catch (IOException e) {
      throw new IOException(
          "%s: the directory %s cannot be made: %s".formatted(key, directory, FileTrouble.said(e)),
          e);
    }
    if (!Files.isWritable(directory)) {
      throw new IOException("%s: the directory %s cannot be written".formatted(key, directory));
    }
  }

  private static void claim(Map<Path, String> users, Path path, String key) {
    String other = users.putIfAbsent(path, key);
    if (other != null) {
      throw new ConfigurationException("%s and %s are both %s".formatted(other, key, path));
    }
  }
}
