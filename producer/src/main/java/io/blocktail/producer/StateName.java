package io.blocktail.producer;

import io.blocktail.producer.capture.SourceState;
import org.jspecify.annotations.Nullable;

/// A volume's state as it is told to the outside.
///
/// @param reason where the name alone does not say enough
record StateName(String name, @Nullable String reason) {
  static final String STOPPED = "stopped";

  static StateName of(RunningVolume volume) {
    String trouble = volume.trouble();
    return switch (volume.volume().state()) {
      case SourceState.Serving() -> new StateName("serving", trouble);
      case SourceState.Blocked() ->
          new StateName(
              "blocked",
              "the journal is full: writers wait until Kafka has taken some of it"
                  + (trouble == null ? "" : " (" + trouble + ")"));
      case SourceState.Overflow() ->
          new StateName(
              "overflow",
              "the journal is full: changes go past it, and what they touch is sent when Kafka has taken"
                  + " some of it"
                  + (trouble == null ? "" : " (" + trouble + ")"));
      case SourceState.Stopped(String reason) -> new StateName(STOPPED, reason);
    };
  }
}
