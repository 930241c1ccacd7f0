package io.blocktail.validator;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/// All of the validator's own settings. A key under `blocktail` that is not here is refused.
@ConfigMapping(prefix = "blocktail")
public interface ValidatorConfig {
  /// What the names of all topics start with.
  @WithDefault("blocktail")
  String topicPrefix();

  /// Settings of Kafka's clients and of Kafka Streams, as `blocktail.kafka."bootstrap.servers"`.
  Map<String, String> kafka();

  /// Where the state is kept, on local disk: `blocktail.state-directory`. It can be made again from
  /// Kafka, which takes time.
  Path stateDirectory();

  /// Whether the source is asked to send again what differs. If not, it is only alerted.
  @WithDefault("true")
  boolean heal();

  /// How long a target may stand still before it is called silent, and how long a resync may take
  /// before it is asked for again.
  @WithDefault("30s")
  Duration answerTimeout();

  /// How many closed alerts can be asked for, for each eighth of the volumes; the topic keeps all.
  @WithDefault("10000")
  int closedAlerts();
}
