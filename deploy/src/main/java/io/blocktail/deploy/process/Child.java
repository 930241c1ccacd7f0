package io.blocktail.deploy.process;

import java.nio.file.Path;
import java.util.List;

/// A process to be kept running.
///
/// @param name as people read it: `producer`
/// @param command with its arguments
/// @param directory the working directory, where a crash leaves what it leaves
/// @param pid file that holds the process id while it runs
/// @param output file for what it prints
/// @param log file that it writes itself
/// @param probe says whether it answers
public record Child(
    String name,
    List<String> command,
    Path directory,
    Path pid,
    Path output,
    Path log,
    Probe probe) {
  public Child {
    command = List.copyOf(command);
  }

  /// Asks a child whether it is ready for use; a bounded time, on the caller's thread.
  @FunctionalInterface
  public interface Probe {
    boolean answers();
  }
}
