package io.blocktail.deploy.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// A child of a launcher that was killed. It is about to end by itself (see [Guarded]); until then
/// it has the volumes, the ports and the locks.
///
/// @param process which is ours beyond doubt
public record Leftover(String name, ProcessHandle process) {
  /// The process of that pid file, if it is still there. Process ids are used again, so the command
  /// line must name the pid file, as [Guarded] has it.
  public static Optional<Leftover> of(String name, Path pid) {
    try {
      if (!Files.exists(pid)) {
        return Optional.empty();
      }
      long id = Long.parseLong(Files.readString(pid).strip());
      return ProcessHandle.of(id)
          .filter(process -> process.info().commandLine().orElse("").contains(pid.toString()))
          .map(process -> new Leftover(name, process));
    } catch (IOException | NumberFormatException e) {
      return Optional.empty(); // half written: it was killed while it started that child
    }
  }

  /// Waits for its end, and kills it after `patience`.
  public void awaitEnd(Duration patience) throws InterruptedException {
    if (!ended(patience)) {
      process.destroyForcibly();
      if (!ended(patience)) {
        throw new IllegalStateException(
            "%s of a former run (pid %d) cannot be killed".formatted(name, process.pid()));
      }
    }
  }

  private boolean ended(Duration patience) throws InterruptedException {
    CompletableFuture<ProcessHandle> end = process.onExit();
    try {
      end.get(patience.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }
}
