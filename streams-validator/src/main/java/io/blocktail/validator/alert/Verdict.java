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
/// | unknown | the target has stopped, or does not know whether it is consistent |
/// | behind | its oldest change that is not applied is older than 10 s |
/// | equal | the newest pass that the source has marked wholly is proved for it |
/// | behind | it has not yet answered that pass's last marker |
/// | unknown | no pass was marked wholly yet, or some marker of it had no digest for an answer |
///
/// A lag of less than 10 s is ordinary traffic and says nothing against a proof. "Unknown" never
/// hides a divergence.
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
  /// @param now µs since 1970
  public static Verdict of(WatchedTarget target, @Nullable WatchedVolume volume, long now) {
    ReplicaSeen status = target.status();
    if (target.diverged() > 0) {
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
    if (!status.consistent() || !status.state().equals("following")) {
      return UNKNOWN;
    }
    if (status.lagMillis() > LAG.toMillis()) {
      return BEHIND;
    }
    return byPass(target, volume);
  }

  private static Verdict byPass(WatchedTarget target, WatchedVolume volume) {
    Passes.Pass pass = volume.chunks() == 0 ? null : volume.passes().lastComplete(volume.chunks());
    Proof proof = target.proof();
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
    return Math.abs(now - status.at()) <= FRESH.toMillis() * 1000;
  }

  @JsonValue
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
