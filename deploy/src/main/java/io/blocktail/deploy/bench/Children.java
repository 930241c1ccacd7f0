package io.blocktail.deploy.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// Every process that a run starts. [#close] stops those that are left, the newest first; it is
/// called at the end and, on Ctrl-C, by the JVM's shutdown thread, after which nothing can be
/// started any more.
final class Children implements AutoCloseable {
  /// Ours drains, checkpoints and stops four processes in order; a peer is gone at once.
  private static final long STOP_SECONDS = 60;

  private final Deque<Process> running = new ArrayDeque<>();
  private boolean closed;

  /// Starts a process whose output goes to a file and which has no input.
  Process start(Path log, List<String> command) throws BenchFailedException {
    return start(log, command, Map.of());
  }

  /// @param environment on top of ours
  synchronized Process start(Path log, List<String> command, Map<String, String> environment)
      throws BenchFailedException {
    if (closed) {
      throw new BenchFailedException("stopping: " + command.getFirst() + " is not started");
    }
    try {
      var builder =
          new ProcessBuilder(command)
              .redirectInput(new File("/dev/null"))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().putAll(environment);
      Process process = builder.start();
      running.push(process);
      return process;
    } catch (IOException e) {
      throw new BenchFailedException(command.getFirst() + " does not start: " + e.getMessage(), e);
    }
  }

  /// Asks it to end and waits; what does not end, and whatever it started, is killed.
  void stop(Process process) {
    List<ProcessHandle> descendants = process.descendants().toList();
    process.destroy();
    if (!ended(process)) {
      System.err.println(
          process.pid() + " did not stop within " + STOP_SECONDS + " s: killed, with its children");
      process.destroyForcibly();
      descendants.forEach(ProcessHandle::destroyForcibly);
    }
    forget(process);
  }

  /// For a process that is expected to end by itself.
  ///
  /// @return its exit code
  int await(Process process) throws InterruptedException {
    try {
      return process.waitFor();
    } finally {
      forget(process);
    }
  }

  private static boolean ended(Process process) {
    try {
      return process.waitFor(STOP_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private synchronized void forget(Process process) {
    running.remove(process);
  }

  @Override
  public void close() {
    List<Process> left;
    synchronized (this) {
      closed = true;
      left = List.copyOf(running);
    }
    left.forEach(this::stop);
  }
}
