package io.blocktail.producer.journal;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The journal's free bytes, of which a writer reserves what it may need before it takes any lock
/// that others wait for.
final class Room {
  private long free;
  private long reserved;
  private int waiting;

  /// Writers that have to wait are let in as they came, or one that needs much would wait for ever
  /// behind those that need little. The numbers of the last that came, and of the next to go in.
  private long lastComer;

  private long turn = 1;
  private @Nullable Supplier<IOException> failure;
  private boolean suspended;

  /// Since when, by the clock of `System.nanoTime`, the one waits whose turn it is. Meaningless
  /// when nobody waits.
  private long blockedSince;

  /// Waits until `bytes` can be reserved. A record that does not fit wastes the rest of its
  /// segment, which is less than its own size: so twice the size is always enough.
  synchronized Reservation reserve(long bytes, Runnable onWait) throws IOException {
    long wanted = 2 * bytes;
    check();
    long comer = ++lastComer;
    if (comer > turn || free - reserved < wanted) {
      awaitRoom(comer, wanted, onWait);
    }
    turn = Math.max(turn, comer + 1);
    if (waiting > 0) {
      blockedSince = System.nanoTime();
    }
    reserved += wanted;
    wakeWaiting();
    return new Reservation(this, wanted);
  }

  /// A failure fails all who wait, so that nobody's turn is passed over.
  private void awaitRoom(long comer, long wanted, Runnable onWait) throws IOException {
    if (waiting++ == 0) {
      blockedSince = System.nanoTime();
    }
    try {
      do {
        onWait.run();
        wait();
        check();
      } while (comer > turn || free - reserved < wanted);
    } catch (InterruptedException e) {
      throw new AssertionError("a thread that writes must never be interrupted", e);
    } finally {
      waiting--;
    }
  }

  synchronized void release(long bytes) {
    reserved -= bytes;
    wakeWaiting();
  }

  /// Says what is free now, with what is reserved.
  synchronized void free(long bytes) {
    free = bytes;
    wakeWaiting();
  }

  /// Lets nobody in any more.
  synchronized void close(Supplier<IOException> failure) {
    this.failure = failure;
    notifyAll();
  }

  synchronized boolean blocked() {
    return waiting > 0;
  }

  /// How long nobody was let in although somebody waits; zero when nobody waits.
  synchronized Duration blockedFor() {
    return waiting == 0 ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - blockedSince);
  }

  /// Lets all who wait go without room, and nobody in, until [#resume].
  synchronized void suspend() {
    suspended = true;
    notifyAll();
  }

  synchronized void resume() {
    suspended = false;
    turn = lastComer + 1;
  }

  private void wakeWaiting() {
    if (waiting > 0) {
      notifyAll();
    }
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure.get();
    }
    if (suspended) {
      throw new JournalSuspended();
    }
  }
}
