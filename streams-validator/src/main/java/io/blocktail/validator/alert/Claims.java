package io.blocktail.validator.alert;

import io.blocktail.volume.ChunkSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Names that two claim at once: producers a volume's, or consumers a target's. Who has the name is
/// decided in [Admission]; the other one is not believed, but not passed over in silence either. It
/// is alerted once both were heard for so long that these cannot be the last words of the one and
/// the first of its successor.
final class Claims {
  private static final Duration GRACE = Duration.ofSeconds(10);

  /// What the one says that has not got the name. In memory only: after a start of the validator it
  /// is counted anew, and an alert that is open stays so meanwhile.
  ///
  /// @param at when it began, µs since 1970, by the clock of who says it
  /// @param since when it began, ms of this machine's clock
  /// @param last when it was heard last, ms of this machine's clock
  private record Claim(long at, long since, long last) {
    Claim again(long now) {
      return new Claim(at, since, now);
    }
  }

  private final AlertBook alerts;
  private final Duration patience;
  private final LongSupplier clock;
  private final Map<Subject, Claim> claims = new HashMap<>();

  /// Ids of open alerts; they can be found again in the store.
  private final Map<Subject, String> open = new HashMap<>();

  /// @param patience a claim that was not heard for so long is over
  /// @param clock ms, this machine's
  Claims(AlertBook alerts, Duration patience, LongSupplier clock) {
    this.alerts = alerts;
    this.patience = patience;
    this.clock = clock;
    for (AlertEntry alert : alerts.ofKind(AlertKind.NAME_CONFLICT)) {
      open.put(alert.subject(), alert.id());
    }
  }

  /// Takes note of a claim.
  ///
  /// @param volume the one that has the volume's name
  /// @param holder UUID of the one that has the name
  /// @param holderHeardAt when that one was heard last, ms of this machine's clock
  /// @param rival UUID of the one that claims it
  /// @param at when it said so, µs since 1970
  void heard(
      Subject subject, String volume, String holder, long holderHeardAt, String rival, long at) {
    long now = clock.getAsLong();
    Claim known = claims.get(subject);
    Claim claim = known == null ? new Claim(at, now, now) : known.again(now);
    claims.put(subject, claim);
    AlertEntry alert = alerts.find(open.get(subject));
    if (alert == null) {
      if (holderHeardAt - claim.since() > GRACE.toMillis()) {
        open(subject, volume, said(subject, holder, rival), claim.at());
      }
    } else if (!alert.evidence().contains(rival)) {
      alerts.put(alert.saying(alert.evidence() + "; so does " + rival));
    }
  }

  private void open(Subject subject, String volume, String said, long at) {
    AlertEntry alert =
        alerts.open(AlertKind.NAME_CONFLICT, subject, volume, ChunkSet.EMPTY, 0, at, said, 1);
    open.put(subject, alert.id());
  }

  private static String said(Subject subject, String holder, String rival) {
    return subject.target() == null
        ? ("two producers have a volume of this name, %s and %s: the former's stream is verified,"
                + " and what the latter says is not believed, for no marker of it went through the"
                + " stream. Stop one of them, or give its volume another name")
            .formatted(holder, rival)
        : ("two consumers keep a target of this name, copies %s and %s: the former is verified, and"
                + " what the latter says is passed over. Stop one of them, or give its target"
                + " another name")
            .formatted(holder, rival);
  }

  /// Ends what was not heard of for too long.
  ///
  /// @param now ms, this machine's clock
  void tick(long now) {
    for (Subject subject : open.keySet()) {
      claims.putIfAbsent(subject, new Claim(0, now, now));
    }
    claims
        .entrySet()
        .removeIf(entry -> {
          boolean isOver = now - entry.getValue().last() > patience.toMillis();
          if (isOver) {
            close(entry.getKey(), now);
          }
          return isOver;
        });
  }

  private void close(Subject subject, long now) {
    @Nullable AlertEntry alert = alerts.find(open.remove(subject));
    if (alert != null) {
      alerts.close(alert, Math.max(now * 1000, alert.openedAt()));
    }
  }

  /// Whoever has the name now, it is another one than before.
  void forget(Subject subject) {
    claims.remove(subject);
    open.remove(subject);
  }
}
