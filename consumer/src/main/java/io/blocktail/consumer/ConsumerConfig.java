package io.blocktail.consumer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// Everything that can be configured. A key below `blocktail` that is not here is refused.
@ConfigMapping(prefix = "blocktail")
public interface ConsumerConfig {
  /// What the names of all topics start with.
  @WithDefault("blocktail")
  String topicPrefix();

  /// Settings of Kafka's clients, as `blocktail.kafka."bootstrap.servers"`. Needed as soon as there
  /// is a target.
  Map<String, String> kafka();

  /// How often what was applied is made durable, at most: what a crash leaves to be applied again.
  @WithDefault("5s")
  Duration checkpointInterval();

  /// The volumes to copy, by name.
  Map<String, VolumeConfig> volumes();

  interface VolumeConfig {
    /// The copies of the volume, by name.
    Map<String, TargetConfig> targets();
  }

  interface TargetConfig {
    /// Holds the copy: a regular file, made when it is missing, or a block device.
    Path file();

    /// Holds what the target remembers: versions, checkpoint, lock. Made when it is missing; for
    /// this target alone.
    Path directory();
  }
}
