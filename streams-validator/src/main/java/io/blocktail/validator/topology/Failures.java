package io.blocktail.validator.topology;

import java.time.Duration;
import java.util.ArrayDeque;

/// Decides, when a stream thread died, whether to try again and after how long. Failures that come
/// in quick succession wait twice as long each time, and too many of them are the end: a bug or a
/// broken store is not mended by trying. A broker that is away does not count up to that, since
/// then a thread dies only every few minutes (`task.timeout.ms`). For one thread at a time.
final class Failures {
  static final int MOST = 7;
  static final Duration WINDOW = Duration.ofMinutes(4);
  private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

  /// When the failures of the window happened, ms.
  private final ArrayDeque<Long> recent = new ArrayDeque<>();

  sealed interface Decision {
    record Retry(Duration after) implements Decision {}

    record GiveUp(int failures) implements Decision {}
  }

  /// @param now ms, of any clock that does not jump
  Decision failed(long now) {
    while (!recent.isEmpty() && now - recent.peekFirst() > WINDOW.toMillis()) {
      recent.removeFirst();
    }
    recent.addLast(now);
    if (recent.size() >= MOST) {
      return new Decision.GiveUp(recent.size());
    }
    return new Decision.Retry(FIRST_WAIT.multipliedBy(1L << (recent.size() - 1)));
  }
}
