package io.blocktail.producer.publish;

import java.util.function.LongSupplier;

/// When the publisher forces the journal, and when it sends: at once after a rest, else once an
/// interval. So a lone change is published with no delay, and a busy volume costs a few large
/// records' worth of work a second instead of one round through broker and targets for each change.
/// A force that a client asked for saves the publisher its own. For one thread; times are ns of
/// `nanos`.
final class Pace {
  private final long interval;
  private final LongSupplier nanos;
  private long forceAt;
  private long sendAt;

  /// The highest sequence that was seen to be forced.
  private long seenForced;

  Pace(long interval, LongSupplier nanos) {
    this.interval = interval;
    this.nanos = nanos;
    this.forceAt = nanos.getAsLong();
    this.sendAt = forceAt;
  }

  /// @param forced the highest sequence that is forced by now, by whomever
  boolean mayForce(long forced) {
    if (forced != seenForced) {
      forced(forced);
    }
    return nanos.getAsLong() - forceAt >= 0;
  }

  void forced(long forced) {
    seenForced = forced;
    forceAt = nanos.getAsLong() + interval;
  }

  boolean maySend() {
    return nanos.getAsLong() - sendAt >= 0;
  }

  /// All that could be sent was sent.
  void sent() {
    sendAt = nanos.getAsLong() + interval;
  }

  /// How long to wait with what is there to be sent, at most one interval.
  ///
  /// @param isForced whether it need not be forced first
  long pause(boolean isForced) {
    long at = isForced || sendAt - forceAt > 0 ? sendAt : forceAt;
    return Math.clamp(at - nanos.getAsLong(), 1, interval);
  }
}
