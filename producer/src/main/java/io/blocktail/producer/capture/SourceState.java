package io.blocktail.producer.capture;

/// Whether clients of the volume are served.
public sealed interface SourceState {
  record Serving() implements SourceState {}

  /// The journal is full, writers wait until Kafka has taken some of it.
  record Blocked() implements SourceState {}

  /// Clients get EIO until the producer starts again.
  ///
  /// @param reason what happened, naming the volume and the file
  record Stopped(String reason) implements SourceState {}
}
