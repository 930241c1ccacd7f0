package io.blocktail.producer.publish;

import java.time.Duration;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Why a volume's events do not reach Kafka now, if something is in the way: logged when it begins
/// and when it is over. Told by the publisher's thread, asked by any.
final class Trouble {
  private static final Logger LOG = Logger.getLogger(Trouble.class);

  /// How long Kafka may be silent while records are under way before that is said: its client tries
  /// again and again by itself, and says nothing of it.
  private static final Duration SILENCE = Duration.ofSeconds(10);

  private final String what;
  private volatile @Nullable String reason;

  /// When Kafka last said something while records were under way, or none were, in ns.
  private long lastHeard;

  /// @param what cannot be written, for the log
  Trouble(String what, long now) {
    this.what = what;
    this.lastHeard = now;
  }

  @Nullable String reason() {
    return reason;
  }

  void begins(String why) {
    if (reason == null) {
      LOG.warnf("%s: %s", what, why);
    }
    reason = why;
  }

  void isOver(long now) {
    if (reason != null) {
      LOG.infof("%s can be written again", what);
      reason = null;
    }
    lastHeard = now;
  }

  void noticeSilence(boolean underWay, long now) {
    if (!underWay) {
      lastHeard = now;
    } else if (reason == null && now - lastHeard > SILENCE.toNanos()) {
      begins("Kafka has acknowledged nothing for " + SILENCE.toSeconds() + " s");
    }
  }
}
