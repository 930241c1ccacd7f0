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
  private @Nullable Supplier<IOException> failure;

  /// Waits until `bytes` can be reserved. A record that does not fit wastes the rest of its
  /// segment, which is less than its own size: so twice the size is always enough.
  synchronized Reservation reserve(long bytes, Runnable onWait) throws IOException {
    long wanted = 2 * bytes;
    check();
    if (free - reserved < wanted) {
      waiting++;
      try {
        do {
          onWait.run();
          wait();
          check();
        } while (free - reserved < wanted);
      } catch (InterruptedException e) {
        throw new AssertionError("a thread that writes must never be interrupted", e);
      } finally {
        waiting--;
      }
    }
    reserved += wanted;
    return new Reservation(this, wanted);
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
