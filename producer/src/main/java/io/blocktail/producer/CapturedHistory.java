package io.blocktail.producer;

import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.nbd.History;
import io.blocktail.volume.Geometry;

/// What a volume's chunk records say of its past. They know the last change of a whole chunk, and
/// count what was sent again as changed.
record CapturedHistory(SourceVolume volume) implements History {
  /// The most chunks that one answer looks at, so that a question about a huge volume is answered
  /// in pieces.
  private static final int MOST = 1024;

  /// What is forced: a sequence above it may yet be lost, and then be another event's.
  @Override
  public long end() {
    return volume.journal().forced();
  }

  @Override
  public Span changedSince(long sequence, long offset, long length) {
    Geometry geometry = volume.ownership().geometry();
    int first = geometry.chunkAt(offset);
    int last = geometry.chunkAt(offset + length - 1);
    boolean changed = isChanged(first, sequence);
    int chunk = first + 1;
    while (chunk <= last && chunk - first < MOST && isChanged(chunk, sequence) == changed) {
      chunk++;
    }
    return new Span(Math.min(geometry.chunkOffset(chunk) - offset, length), changed);
  }

  private boolean isChanged(int chunk, long sequence) {
    return volume.chunks().changedSince(chunk, sequence);
  }
}
