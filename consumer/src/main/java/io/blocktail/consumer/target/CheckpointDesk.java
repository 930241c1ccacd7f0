package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.CheckpointJob;
import io.blocktail.storage.FileTrouble;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Where the applier's thread leaves a checkpoint and another one carries it out.
final class CheckpointDesk {
  private record Slot(CheckpointJob job, boolean done, @Nullable IOException failure) {
    boolean open() {
      return !done && failure == null;
    }
  }

  /// Held during a step, which may take as long as the disk does. Taken before `lock`.
  private final Object step = new Object();

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private volatile @Nullable Slot slot;
  private volatile boolean closed;

  /// Applier's thread, when not [#busy].
  void begin(CheckpointJob job) {
    put(new Slot(job, false, null));
  }

  private void put(@Nullable Slot next) {
    lock.lock();
    try {
      slot = next;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Whether a checkpoint was begun and not settled yet.
  boolean busy() {
    return slot != null;
  }

  /// Does one step of the checkpoint, if there is one.
  ///
  /// @return whether there was something to do
  boolean work() {
    synchronized (step) {
      Slot at = slot;
      if (at == null || !at.open()) {
        return false;
      }
      try {
        if (at.job().step()) {
          put(new Slot(at.job(), true, null));
        }
      } catch (IOException e) {
        put(new Slot(at.job(), false, e));
      }
      return true;
    }
  }

  /// Applier's thread: takes a checkpoint that has ended off the desk.
  ///
  /// @return the one that is durable now; nothing when none has ended
  /// @throws IOException what made it fail
  Optional<CheckpointJob> settle() throws IOException {
    Slot at = slot;
    if (at == null || at.open()) {
      return Optional.empty();
    }
    put(null);
    if (at.failure() != null) {
      throw new IOException(
          "a checkpoint has failed: " + FileTrouble.said(at.failure()), at.failure());
    }
    return Optional.of(at.job());
  }

  /// Takes a checkpoint off the desk, whatever has become of it; afterwards nobody works on it.
  void abandon() {
    synchronized (step) {
      put(null);
    }
  }

  /// Waits until there is something to settle.
  void awaitEnd(Duration atMost) {
    await(atMost, false);
  }

  /// Waits until there is something to carry out.
  void awaitWork(Duration atMost) {
    await(atMost, true);
  }

  private void await(Duration atMost, boolean work) {
    long left = atMost.toNanos();
    lock.lock();
    try {
      while (left > 0 && !closed && !ready(work)) {
        left = changed.awaitNanos(left);
      }
    } catch (InterruptedException e) {
      throw new AssertionError("a target's threads are never interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  private boolean ready(boolean work) {
    Slot at = slot;
    return at != null && at.open() == work;
  }

  /// Nobody waits any more.
  void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
