package io.blocktail.validator.alert;

import com.fasterxml.jackson.annotation.JsonValue;
import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What can be said of a target, in one word. The first line that fits counts:
///
/// | word | when |
/// |---|---|
/// | diverged | a chunk was found different and not equal since, and the target is not inside a gap |
/// | unknown | no status for 10 s, or it is of another volume than the source's |
/// | resyncing | the target is inside a gap, or has not yet begun to follow |
/// | unknown | the target has stopped, or does not know whether it is consistent or how far behind |
/// | behind | its oldest change that is not applied is older than 10 s |
/// | behind | the source has changes that its stream lacks, or may: paused, blocked, unscanned |
/// | unknown | nothing was heard from the source for longer than targets may be silent |
/// | equal | the newest pass that the source has marked wholly is proved for it |
/// | behind | it has not yet answered that pass's last marker |
/// | unknown | no pass was marked wholly yet, or some marker of it had no digest for an answer |
///
/// A lag of less than 10 s is ordinary traffic and says nothing against a proof. A source that is
/// silent scrubs nothing, so that its targets' proofs age unseen; the time it has is long enough to
/// start again in. "Unknown" never hides a divergence.
public enum Verdict {
  EQUAL,
  DIVERGED,
  RESYNCING,
  BEHIND,
  UNKNOWN;

  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration LAG = Duration.ofSeconds(10);

  /// Judges a target.
  ///
  /// @param volume null when nothing was heard of it
  /// @param patience how long a source may be silent
  /// @param now µs since 1970
  public static Verdict of(
      WatchedTarget target, @Nullable WatchedVolume volume, Duration patience, long now) {
    ReplicaSeen status = target.status();
    if (target.verification().diverged() > 0) {
      return isInGap(target, now) ? RESYNCING : DIVERGED;
    }
    if (status == null || volume == null || !isFresh(status, now)) {
      return UNKNOWN;
    }
    if (status.volumeId() != null && !status.volumeId().equals(volume.volumeId())) {
      return UNKNOWN;
    }
    if (isInGap(target, now) || status.state().equals("initializing")) {
      return RESYNCING;
    }
    Long lag = status.lagMillis();
    if (!status.consistent() || !status.state().equals("following") || lag == null) {
      return UNKNOWN;
    }
    if (lag > LAG.toMillis() || volume.dirtyChunks() > 0 || volume.isHeld()) {
      return BEHIND;
    }
    return isWithin(patience, volume.at(), now) ? byPass(target, volume) : UNKNOWN;
  }

  private static Verdict byPass(WatchedTarget target, WatchedVolume volume) {
    Passes.Pass pass = volume.chunks() == 0 ? null : volume.passes().lastComplete(volume.chunks());
    Proof proof = target.verification().proof();
    if (pass == null) {
      return UNKNOWN;
    }
    if (proof != null && proof.pass() >= pass.id()) {
      return EQUAL;
    }
    return Position.isAfter(pass.lastPosition(), target.answered()) ? BEHIND : UNKNOWN;
  }

  /// Whether the target says that it is inside a gap, and said so lately.
  static boolean isInGap(WatchedTarget target, long now) {
    ReplicaSeen status = target.status();
    return status != null
        && isFresh(status, now)
        && (status.undoneChunks() > 0 || status.state().equals("resyncing"));
  }

  private static boolean isFresh(ReplicaSeen status, long now) {
    return isWithin(FRESH, status.at(), now);
  }

  /// Whether two moments are so near, whichever is the earlier: clocks differ. In µs; a moment that
  /// never was is near to none.
  private static boolean isWithin(Duration reach, long at, long now) {
    long micros = reach.toMillis() * 1000;
    return now - micros <= at && at <= now + micros;
  }

  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
