package io.blocktail.producer.journal;

import java.io.IOException;
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

  /// Waits until `bytes` can be reserved. A record that does not fit wastes the rest of its
  /// segment, which is less than its own size: so twice the size is always enough.
  synchronized Reservation reserve(long bytes, Runnable onWait) throws IOException {
    long wanted = 2 * bytes;
    check();
    long comer = ++lastComer;
    if (comer > turn || free - reserved < wanted) {
      awaitRoom(comer, wanted, onWait);
    }
    turn = comer + 1;
    reserved += wanted;
    wakeWaiting();
    return new Reservation(this, wanted);
  }

  /// A failure fails all who wait, so that nobody's turn is passed over.
  private void awaitRoom(long comer, long wanted, Runnable onWait) throws IOException {
    waiting++;
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

  private void wakeWaiting() {
    if (waiting > 0) {
      notifyAll();
    }
  }

  private void check() throws IOException {
    if (failure != null) {
      throw failure.get();
    }
  }
}
