package io.blocktail.validator.topology;

/// How the application is, for people and for health.
public sealed interface StreamsState {
  /// Kafka cannot be reached, or does not let it begin.
  record Waiting(String reason) implements StreamsState {}

  /// It joins its group, or restores its stores.
  record Starting() implements StreamsState {}

  record Running() implements StreamsState {}

  /// It failed again and again and has given up.
  record Failed(String reason) implements StreamsState {}

  record Stopped() implements StreamsState {}

  default String words() {
    return switch (this) {
      case Waiting(var reason) -> "waiting for Kafka: " + reason;
      case Starting() -> "starting: joining its group, or restoring its stores";
      case Running() -> "running";
      case Failed(var reason) -> "failed for good: " + reason;
      case Stopped() -> "stopped";
    };
  }
}
