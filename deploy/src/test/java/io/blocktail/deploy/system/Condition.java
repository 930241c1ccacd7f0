package io.blocktail.deploy.system;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/// Asks a question of something that runs.
@FunctionalInterface
interface Condition {
  long POLL_MILLIS = 20;

  boolean holds() throws Exception;

  /// Asks again and again until it is so; an I/O error of a question counts as no.
  ///
  /// @param state what to tell when it does not come true in time
  static void await(String what, Duration atMost, Condition condition, Callable<String> state)
      throws Exception {
    long deadline = System.nanoTime() + atMost.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (IOException e) {
        last = e;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError(
            "not within %s: %s%n%s".formatted(atMost, what, state.call()), last);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // between two questions over HTTP
    }
  }
}
