package io.blocktail.producer.journal;

import java.time.Duration;

/// When a checkpoint is due before its time: much was appended since the last one, or writers wait
/// for room that Kafka's acknowledgements could give.
final class Pressure {
  private final int quarter;
  private int turns;
  private boolean blocked;
  private boolean acknowledged;
  private boolean stopped;

  /// @param mostSegments that the journal may have
  Pressure(int mostSegments) {
    this.quarter = Math.max(1, mostSegments / 4);
  }

  synchronized void turned() {
    turns++;
    notifyAll();
  }

  synchronized void acknowledged() {
    acknowledged = true;
    if (blocked) {
      notifyAll();
    }
  }

  synchronized void blocked() {
    blocked = true;
    notifyAll();
  }

  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  /// A checkpoint begins, which sees all that was said until now.
  synchronized void reset() {
    turns = 0;
    blocked = false;
    acknowledged = false;
  }

  synchronized boolean await(Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    while (!stopped && !isDue()) {
      long left = (deadline - System.nanoTime() + 999_999) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      try {
        wait(left);
      } catch (InterruptedException e) {
        throw new AssertionError("a thread that does file work must never be interrupted", e);
      }
    }
    return !stopped;
  }

  private boolean isDue() {
    return turns >= quarter || (blocked && acknowledged);
  }
}
