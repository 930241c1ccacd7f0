package io.blocktail.producer.scan;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// When the next scan is due, and why. For one thread; only what a person asks for comes from
/// others, by way of the caller.
final class Agenda {
  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);

  /// What is known from outside when this is asked.
  ///
  /// @param asked for a scan of everything
  /// @param pullAsked for one of what the other side calls dirty
  /// @param needed targets need one
  /// @param pulls whether the other side can tell what is dirty
  record Situation(boolean asked, boolean pullAsked, boolean needed, boolean pulls) {}

  /// @param all whether all chunks are looked at
  record Due(Trigger trigger, boolean all) {}

  private final ScanLog log;
  private final ScanSettings settings;
  private final Changes changes;
  private final Clock clock;

  private boolean started;
  private @Nullable Due failed;
  private Duration pause = FIRST_PAUSE;

  /// No attempt before, by the monotonic clock; counts after a failure only.
  private long notBefore;

  private Instant since;

  Agenda(ScanLog log, ScanSettings settings, Changes changes, Clock clock) {
    this.log = log;
    this.settings = settings;
    this.changes = changes;
    this.clock = clock;
    this.since = clock.instant();
  }

  /// Null when there is nothing to do.
  @Nullable Due due(Situation now, long nanos) {
    if (failed != null && !now.asked() && !now.pullAsked() && nanos - notBefore < 0) {
      return null;
    }
    Trigger trigger = trigger(now, nanos);
    return trigger == null ? null : new Due(trigger, isWhole(now));
  }

  private @Nullable Trigger trigger(Situation now, long nanos) {
    if (now.asked() || now.pullAsked()) {
      return Trigger.DEMAND;
    }
    if (failed != null) {
      return Trigger.RETRY;
    }
    if (!started
        && (settings.atStart() || isUnknown() || !log.open().isEmpty() || log.isUnfinished())) {
      return Trigger.START;
    }
    if (now.needed()) {
      return Trigger.NEED;
    }
    if (changes.noticed(nanos)) {
      return Trigger.CHANGE;
    }
    return isWholeTime() || (now.pulls() && isPullTime()) ? Trigger.SCHEDULE : null;
  }

  /// Nothing is known of what is to be scanned: all of it is to be looked at first.
  private boolean isUnknown() {
    return log.lastWhole() == null || !log.source().equals(settings.source());
  }

  private boolean isWhole(Situation now) {
    return !now.pulls()
        || now.asked()
        || isUnknown()
        || isWholeTime()
        || (failed != null && failed.all());
  }

  private boolean isWholeTime() {
    return isTime(settings.period(), endOf(true));
  }

  private boolean isPullTime() {
    return isTime(settings.pullPeriod(), endOf(false));
  }

  private boolean isTime(Duration period, Instant last) {
    return period.isPositive() && !clock.instant().isBefore(last.plus(period));
  }

  /// When the last one ended: of all, or any.
  private Instant endOf(boolean all) {
    return log.scans().stream()
        .filter(scan -> scan.state() == Scan.State.FINISHED && (scan.all() || !all))
        .map(Scan::endedAt)
        .filter(end -> end != null)
        .findFirst()
        .orElse(since);
  }

  void began() {
    started = true;
    changes.taken();
  }

  void succeeded() {
    failed = null;
    pause = FIRST_PAUSE;
  }

  /// It is tried again, each time a bit later.
  void failed(Due due, long nanos) {
    started = true;
    failed = due;
    notBefore = nanos + pause.toNanos();
    pause = pause.multipliedBy(2);
    if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
  }
}
