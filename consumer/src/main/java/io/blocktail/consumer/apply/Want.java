package io.blocktail.consumer.apply;

import io.blocktail.volume.ChunkSet;

/// What a replica needs from the source.
public sealed interface Want {
  record Nothing() implements Want {}

  /// The events of its gaps are still to come: only when they do not, it has to ask.
  record Patience() implements Want {}

  /// An event that the source makes only now, as the answer to the request of this id; no chunk.
  record Landmark(String id) implements Want {}

  /// Chunks that nobody is going to send unasked.
  record Chunks(ChunkSet chunks) implements Want {}

  record WholeVolume(String reason) implements Want {}
}
