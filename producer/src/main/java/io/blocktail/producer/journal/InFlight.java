package io.blocktail.producer.journal;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What was appended and is not yet known to be on the device, in the order of the sequences.
final class InFlight {
  private final ArrayDeque<Appended> queue = new ArrayDeque<>();
  private boolean stopped;

  synchronized void begin(Appended appended) {
    queue.addLast(appended);
  }

  synchronized void applied(Appended appended) {
    appended.applied = true;
    for (Appended head = queue.peekFirst();
        head != null && head.applied;
        head = queue.peekFirst()) {
      queue.removeFirst();
    }
    if (queue.isEmpty()) {
      notifyAll();
    }
  }

  /// Waits until everything is on the device, or some never will be.
  synchronized void awaitNone() {
    try {
      while (!queue.isEmpty() && !stopped) {
        wait();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("a thread that does file work must never be interrupted", e);
    }
  }

  synchronized void stop() {
    stopped = true;
    notifyAll();
  }

  /// Where the oldest of them begins; null when there is none.
  synchronized @Nullable Place oldest() {
    Appended head = queue.peekFirst();
    return head == null ? null : head.start();
  }
}
