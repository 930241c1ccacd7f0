package io.blocktail.consumer.target;

import java.time.Duration;

/// @param checkpointInterval how often what was applied is made durable, at most
/// @param reach how many sequences may be applied beyond a checkpoint
/// @param retry the first pause after an error of the target's files; doubles up to 64 times that
/// @param patience how long a gap may bring nothing before the target asks for it, and the first
///   pause before it asks again; doubles up to 16 times that
public record TargetSettings(
    Duration checkpointInterval, long reach, Duration retry, Duration patience) {
  public static final long REACH = 1_000_000;

  public static TargetSettings of(Duration checkpointInterval) {
    return new TargetSettings(
        checkpointInterval, REACH, Duration.ofSeconds(1), Duration.ofSeconds(60));
  }
}
