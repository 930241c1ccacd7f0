package io.blocktail.producer.publish;

import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What is in the way between a volume and a topic now, if anything is: logged when it begins and
/// when it is over. Told by one thread, asked by any.
public final class Trouble {
  private static final Logger LOG = Logger.getLogger(Trouble.class);

  /// How long Kafka may be silent while records are under way before that is said: its client tries
  /// again and again by itself, and says nothing of it.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final String what;
  private volatile @Nullable String reason;

  /// When Kafka last said something while records were under way, or none were, in ns.
  private long lastHeard;

  /// @param what is not reached, for the log
  /// @param now by a monotonic clock, in ns
  public Trouble(String what, long now) {
    this.what = what;
    this.lastHeard = now;
  }

  /// Null when nothing is known to be in the way.
  public @Nullable String reason() {
    return reason;
  }

  public void begins(String why) {
    if (reason == null) {
      LOG.warnf("%s: %s", what, why);
    }
    reason = why;
  }

  public void isOver(long now) {
    if (reason != null) {
      LOG.infof("%s: all is well again", what);
      reason = null;
    }
    lastHeard = now;
  }

  /// @param underWay whether an answer is waited for
  public void noticeSilence(boolean underWay, long now) {
    if (!underWay) {
      lastHeard = now;
    } else if (reason == null && now - lastHeard > SILENCE.toNanos()) {
      begins("Kafka has acknowledged nothing for " + SILENCE.toSeconds() + " s");
    }
  }
}
