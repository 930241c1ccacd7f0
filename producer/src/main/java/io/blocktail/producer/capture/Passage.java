package io.blocktail.producer.capture;

import java.io.IOException;

/// Which way changes take to the device: through the journal, or past it. While it is switched
/// nobody goes past the journal, and who would waits. Safe for many threads.
final class Passage {
  private enum Way {
    JOURNAL,
    PAST,
    SWITCHING
  }

  private final Fitness fitness;

  /// Written with this locked.
  private volatile Way way;

  /// Changes on their way past the journal; guarded by this.
  private int past;

  Passage(Fitness fitness, boolean past) {
    this.fitness = fitness;
    this.way = past ? Way.PAST : Way.JOURNAL;
  }

  boolean throughJournal() {
    return way == Way.JOURNAL;
  }

  boolean isPast() {
    return way == Way.PAST;
  }

  /// Waits while it is switched.
  ///
  /// @return whether the caller goes past the journal now, and will [#leave]
  synchronized boolean enter() throws IOException {
    awaitSwitched();
    if (way == Way.PAST) {
      past++;
      return true;
    }
    return false;
  }

  synchronized void leave() {
    past--;
    notifyAll();
  }

  /// Waits while it is switched.
  ///
  /// @return whether changes go past the journal
  synchronized boolean settled() throws IOException {
    awaitSwitched();
    return way == Way.PAST;
  }

  private void awaitSwitched() throws IOException {
    fitness.check();
    while (way == Way.SWITCHING) {
      await();
      fitness.check();
    }
  }

  /// From now on nobody goes past the journal; returns when nobody does any more. One thread at a
  /// time.
  synchronized void beginSwitch() throws IOException {
    way = Way.SWITCHING;
    while (past > 0) {
      await();
      fitness.check();
    }
  }

  synchronized void switched(boolean past) {
    way = past ? Way.PAST : Way.JOURNAL;
    notifyAll();
  }

  /// The volume was stopped: nobody waits any more.
  synchronized void stopped() {
    notifyAll();
  }

  private void await() {
    try {
      wait();
    } catch (InterruptedException e) {
      throw new AssertionError("a thread that writes must never be interrupted", e);
    }
  }
}
