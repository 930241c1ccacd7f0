package io.blocktail.producer.capture;

import io.blocktail.digest.Digest;

public final class ChunkRecords {
  /// What a digest says about a chunk.
  public enum Verdict {
    /// The first one since the chunk's last change: remembered.
    FIRST,
    /// What it was before.
    SAME,
    /// The chunk was changed since it was hashed: nothing is learnt.
    OUTDATED,
    /// Without a change in the history the content is another one.
    ROTTED
  }

  ChunkRecords() {}

  /// Sequence of the chunk's last change or BASE, 0 if it had none.
  public long lastChange(int chunk) {
    throw new UnsupportedOperationException();
  }

  /// Judges a digest that was taken of the chunk as it is since `lastChange`, and remembers it.
  ///
  /// @param marker sequence of its marker
  public Verdict digested(int chunk, long lastChange, Digest digest, long marker) {
    throw new UnsupportedOperationException();
  }

  public boolean rotted(int chunk) {
    throw new UnsupportedOperationException();
  }

  /// How many chunks are known to be rotten.
  public int rottedChunks() {
    throw new UnsupportedOperationException();
  }
}
