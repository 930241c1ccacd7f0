package io.blocktail.deploy.process;

import java.time.Duration;
import java.time.Instant;

/// The unexpected end of a child.
///
/// @param exit its exit code; above 128 a signal ended it
/// @param lived from its start
/// @param everReady whether it, or one before it in this run, has ever been ready
public record Death(int exit, Instant at, Duration lived, boolean everReady) {
  private static final int OUT_OF_MEMORY = 3;

  boolean bySignal() {
    return exit > 128;
  }

  String cause() {
    if (exit == OUT_OF_MEMORY) {
      return "out of memory (exit code 3)";
    }
    return bySignal() ? "killed by signal " + (exit - 128) : "exit code " + exit;
  }
}
