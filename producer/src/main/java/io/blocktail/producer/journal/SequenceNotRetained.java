package io.blocktail.producer.journal;

import java.io.IOException;

/// The journal no longer has what was asked for.
public final class SequenceNotRetained extends IOException {
  private static final long serialVersionUID = 1;

  private final long lowest;

  SequenceNotRetained(long wanted, long lowest) {
    super("the journal begins with sequence %d: %d is gone".formatted(lowest, wanted));
    this.lowest = lowest;
  }

  /// The lowest sequence that the journal still has.
  public long lowest() {
    return lowest;
  }
}
