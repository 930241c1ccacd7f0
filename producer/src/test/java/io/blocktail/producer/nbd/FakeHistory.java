package io.blocktail.producer.nbd;

/// A past in pieces of one size, each with the sequence of its last change.
record FakeHistory(int pieceSize, long... lastChange) implements History {
  @Override
  public long end() {
    return 1000;
  }

  @Override
  public Span changedSince(long sequence, long offset, long length) {
    int piece = (int) (offset / pieceSize);
    long left = (piece + 1L) * pieceSize - offset;
    boolean changed = lastChange[piece % lastChange.length] > sequence;
    return new Span(Math.min(left, length), changed);
  }
}
