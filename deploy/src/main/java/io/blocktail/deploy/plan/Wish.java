package io.blocktail.deploy.plan;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// The options of one call of `up`, as given.
///
/// @param kafka the bootstrap servers of a Kafka that runs already; null when not given
/// @param portOffset null when not given
public record Wish(
    List<PlannedVolume> volumes,
    List<PlannedTarget> targets,
    @Nullable String kafka,
    @Nullable Integer portOffset) {
  public Wish {
    volumes = List.copyOf(volumes);
    targets = List.copyOf(targets);
    if (kafka != null && kafka.isBlank()) {
      throw new RefusedException("--kafka is empty: use HOST:PORT[,HOST:PORT]...");
    }
  }
}
