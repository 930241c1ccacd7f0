package io.blocktail.producer.nbd;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/// The connections of a server, or those that use an export. Safe for use by many threads.
final class Connections {
  /// How long connections are given to finish what they have begun, and again to notice that they
  /// were cut off.
  static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Logger LOG = Logger.getLogger(Connections.class);

  private final int limit;
  private final Set<Connection> open = new HashSet<>();
  private boolean ended;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition left = lock.newCondition();

  Connections(int limit) {
    this.limit = limit;
  }

  /// False when there are too many already, or when all were ended.
  boolean enter(Connection connection) {
    lock.lock();
    try {
      return !ended && open.size() < limit && open.add(connection);
    } finally {
      lock.unlock();
    }
  }

  void leave(Connection connection) {
    lock.lock();
    try {
      if (open.remove(connection)) {
        left.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  int count() {
    lock.lock();
    try {
      return open.size();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until a connection has left, at most for `time`.
  void awaitOneLeft(Duration time) throws InterruptedException {
    lock.lock();
    try {
      boolean _ = left.await(time.toNanos(), TimeUnit.NANOSECONDS);
    } finally {
      lock.unlock();
    }
  }

  /// Lets all finish what they have begun and answer it, then cuts off those that do not, such as
  /// one whose client takes no answers. No more can enter.
  ///
  /// @param patience how long to wait for each of the two
  /// @return false when one is still inside the device, which only the device itself can change; it
  ///   leaves by itself when it comes back
  boolean end(Duration patience) {
    lock.lock();
    try {
      ended = true;
      open.forEach(Connection::finish);
      if (!awaitNone(patience)) {
        open.forEach(Connection::cut);
        if (!awaitNone(patience)) {
          LOG.warnf("connections that are still inside the device: %s", List.copyOf(open));
        }
      }
      return open.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  private boolean awaitNone(Duration patience) {
    long nanos = patience.toNanos();
    try {
      while (!open.isEmpty() && nanos > 0) {
        nanos = left.awaitNanos(nanos);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return open.isEmpty();
  }
}
