package io.blocktail.producer;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.capture.StreamPosition;

/// How far a volume's history is: published <= forced <= sequence.
///
/// @param sequence the last one given
/// @param forced the last one that is durable in the journal
/// @param published the last one that Kafka has acknowledged
record Progress(long sequence, long forced, long published) {
  /// Read from the last to the first, so that the order holds while events pass through.
  static Progress of(SourceVolume volume) {
    long published = volume.published().map(StreamPosition::sequence).orElse(0L);
    long forced = volume.journal().forced();
    return new Progress(volume.journal().appended(), forced, published);
  }
}
