package io.blocktail.producer.capture;

/// Whether clients of the volume are served.
public sealed interface SourceState {
  record Serving() implements SourceState {}

  /// The journal is full, writers wait until Kafka has taken some of it.
  record Blocked() implements SourceState {}

  /// The journal is full, and changes go past it: which chunks they touch is kept, and their
  /// content is sent once Kafka has taken some of the journal. A flush forces the device.
  record Overflow() implements SourceState {}

  /// Clients get EIO until the producer starts again.
  ///
  /// @param reason what happened, naming the volume and the file
  record Stopped(String reason) implements SourceState {}
}
