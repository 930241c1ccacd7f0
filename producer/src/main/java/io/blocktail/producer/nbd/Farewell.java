package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/// How a connection in transmission is ended by the server: what is being done is done and
/// answered, what arrives after that is refused, and when the client has heard of it and had time
/// to leave, nothing more is read. A connection that waits between two requests is ended at once,
/// since nobody waits for an answer. Any thread begins it; the connection's thread does the rest.
final class Farewell {
  private static final Logger LOG = Logger.getLogger(Farewell.class);

  private final SocketChannel socket;
  private final ScheduledExecutorService timer;
  private final Duration grace;
  private final AtomicBoolean timed = new AtomicBoolean();

  private enum Doing {
    /// Whatever it is, it comes to an end and looks at [#begun] before it waits for the client.
    WORKS,
    /// Waits for a request of which nothing has arrived; all before are answered.
    WAITS,
    /// Waits for the rest of a request.
    WAITS_FOR_REST
  }

  /// The two are written by one side each before it reads the other's, so that one at least sees
  /// both.
  private volatile boolean begun;

  private volatile Doing doing = Doing.WORKS;

  /// @param grace how long a client may take to leave once it can know that it should
  Farewell(SocketChannel socket, ScheduledExecutorService timer, Duration grace) {
    this.socket = socket;
    this.timer = timer;
    this.grace = grace;
  }

  void begin() {
    begun = true;
    switch (doing) {
      case WORKS -> {}
      case WAITS -> hangUp();
      case WAITS_FOR_REST -> hangUpLater();
    }
  }

  boolean hasBegun() {
    return begun;
  }

  /// The connection's thread is about to wait for the client.
  ///
  /// @param rest whether a request has arrived in part
  void waits(boolean rest) {
    doing = rest ? Doing.WAITS_FOR_REST : Doing.WAITS;
    if (begun) {
      hangUpLater();
    }
  }

  void works() {
    doing = Doing.WORKS;
  }

  private void hangUpLater() {
    if (timed.compareAndSet(false, true)) {
      var _ = timer.schedule(this::hangUp, grace.toNanos(), TimeUnit.NANOSECONDS);
    }
  }

  /// The next read tells that the client sends no more, whether it does or not.
  private void hangUp() {
    try {
      socket.shutdownInput();
    } catch (IOException e) {
      LOG.debugf("a client was gone before it was left: %s", e.getMessage());
    }
  }
}
