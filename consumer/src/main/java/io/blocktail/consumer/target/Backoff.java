package io.blocktail.consumer.target;

import java.time.Duration;
import java.time.Instant;

/// When something that has failed is tried again: after a pause that doubles each time, up to 64
/// times the first.
final class Backoff {
  private static final int LONGEST = 64;

  private final Duration first;
  private Duration pause;
  private Instant until = Instant.MIN;

  Backoff(Duration first) {
    this.first = first;
    this.pause = first;
  }

  /// Something else went wrong, for which waiting longer each time would be wrong.
  void pauseOnce(Instant now) {
    until = now.plus(first);
  }

  void failed(Instant now) {
    until = now.plus(pause);
    Duration longest = first.multipliedBy(LONGEST);
    pause = pause.compareTo(longest.dividedBy(2)) < 0 ? pause.multipliedBy(2) : longest;
  }

  void succeeded() {
    pause = first;
  }

  /// Not positive when it may be tried.
  Duration left(Instant now) {
    return Duration.between(now, until);
  }
}
