package io.blocktail.deploy.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Waiting for what another process does, which can only be found by asking again.
final class Await {
  private static final long PAUSE_MILLIS = 10;
  private static final int LAST_LINES = 20;

  private Await() {}

  /// A question whose answer may not come.
  interface Condition {
    boolean holds() throws BenchFailedException, InterruptedException;
  }

  /// @param log what the server printed: its last lines become part of the message when it died
  static void until(String what, Duration limit, Process server, Path log, Condition condition)
      throws BenchFailedException, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!condition.holds()) {
      if (!server.isAlive()) {
        throw new BenchFailedException(
            "waiting for %s: the server ended with %d:%n%s"
                .formatted(what, server.exitValue(), lastLines(log)));
      }
      if (System.nanoTime() > deadline) {
        throw new BenchFailedException(
            "waiting for %s: not there after %d s:%n%s"
                .formatted(what, limit.toSeconds(), lastLines(log)));
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  /// A socket that its server left behind would look like a server that is ready.
  static void gone(Path socket) throws BenchFailedException {
    try {
      Files.deleteIfExists(socket);
    } catch (IOException e) {
      throw new BenchFailedException("cannot remove " + socket + ": " + e, e);
    }
  }

  private static String lastLines(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LAST_LINES), lines.size()));
    } catch (IOException e) {
      return "(" + log + " cannot be read: " + e + ")";
    }
  }
}
