package io.blocktail.producer;

import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// A named thread that calls a steppable part until it is told to end. It is never interrupted,
/// since it may be inside a file.
final class StepThread {
  private final Thread thread;
  private volatile boolean ending;

  /// @param step does a piece of work; false when there was none
  /// @param pause waits until there may be some
  /// @param done whether nothing is left that must be done before the end
  /// @param failed takes what the part has thrown, which is our own mistake
  static StepThread start(
      String name,
      BooleanSupplier step,
      Runnable pause,
      BooleanSupplier done,
      Consumer<Throwable> failed) {
    var part = new StepThread(name, step, pause, done, failed);
    part.thread.start();
    return part;
  }

  private StepThread(
      String name,
      BooleanSupplier step,
      Runnable pause,
      BooleanSupplier done,
      Consumer<Throwable> failed) {
    this.thread =
        Thread.ofPlatform().name(name).daemon().unstarted(() -> run(step, pause, done, failed));
  }

  private void run(
      BooleanSupplier step, Runnable pause, BooleanSupplier done, Consumer<Throwable> failed) {
    try {
      Niceness.lower();
      while (!ending || !done.getAsBoolean()) {
        if (!step.getAsBoolean()) {
          pause.run();
        }
      }
    } catch (Throwable e) {
      failed.accept(e);
    }
  }

  /// Lets the part end as soon as it is done.
  void end() {
    ending = true;
  }

  /// @return whether the thread has ended
  boolean join(Duration atMost) {
    try {
      return thread.join(atMost);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
