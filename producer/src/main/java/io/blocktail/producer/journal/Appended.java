package io.blocktail.producer.journal;

/// Records that were appended together, until what they say is on the device.
public final class Appended {
  private final Place start;
  private final int count;

  /// Guarded by [InFlight].
  boolean applied;

  Appended(Place start, int count) {
    this.start = start;
    this.count = count;
  }

  /// The sequence of the first record; the others follow.
  public long first() {
    return start.sequence();
  }

  public long last() {
    return start.sequence() + count - 1;
  }

  Place start() {
    return start;
  }
}
