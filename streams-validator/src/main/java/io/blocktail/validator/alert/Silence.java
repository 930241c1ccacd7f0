package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import io.blocktail.volume.ChunkSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Alerts about targets that do nothing, as opposed to something wrong: those that halted, and
/// those that neither answer markers nor get nearer to them. A heartbeat alone does not count as
/// life.
final class Silence {
  private final AlertBook alerts;
  private final Duration timeout;
  private final Map<Subject, Waiting> forAnswers = new HashMap<>();
  private final Map<Subject, Waiting> forChanges = new HashMap<>();

  Silence(AlertBook alerts, Duration timeout) {
    this.alerts = alerts;
    this.timeout = timeout;
  }

  /// Opens, words anew or closes the alert about a target that halted, as its status says.
  WatchedTarget halted(Subject subject, WatchedTarget target, ReplicaSeen status) {
    AlertEntry alert = alerts.find(target.alerts().haltedAlert());
    if (!target.isHalted()) {
      if (alert != null) {
        alerts.close(alert, Math.max(status.at(), alert.openedAt()));
      }
      return target.with(target.alerts().halted(null));
    }
    String why = status.reason() == null ? "no reason given" : status.reason();
    if (alert == null) {
      AlertEntry opened =
          alerts.open(
              AlertKind.REPLICA_HALTED,
              subject,
              status.volumeId() == null ? "" : status.volumeId(),
              ChunkSet.EMPTY,
              status.watermark(),
              status.at(),
              why,
              1);
      return target.with(target.alerts().halted(opened.id()));
    }
    if (!alert.evidence().equals(why)) {
      alerts.put(alert.saying(why));
    }
    return target;
  }

  /// Looks how far the target has come.
  ///
  /// @param now ms, this machine's clock
  WatchedTarget tick(Subject subject, WatchedTarget target, WatchedVolume volume, long now) {
    ReplicaSeen status = target.status();
    boolean isOther =
        status != null && status.volumeId() != null && !status.volumeId().equals(volume.volumeId());
    long watermark = isOther ? 0 : target.watermark();
    long reached = Position.isAfter(watermark, target.answered()) ? watermark : target.answered();
    Waiting answers = wait(forAnswers, subject, volume.marked(), target.answered(), reached, now);
    Waiting changes = wait(forChanges, subject, volume.published(), reached, reached, now);
    boolean isSilent = !target.isHalted() && (isOver(answers, now) || isOver(changes, now));
    AlertEntry alert = alerts.find(target.alerts().silentAlert());
    if (isSilent && alert == null) {
      AlertEntry opened = open(subject, target, volume, answers, now);
      return target.with(target.alerts().silent(opened.id()));
    }
    if (alert != null && !isSilent && (target.isHalted() || (moves(answers) && moves(changes)))) {
      alerts.close(alert, Math.max(now * 1000, alert.openedAt()));
      return target.with(target.alerts().silent(null));
    }
    return target;
  }

  private static @Nullable Waiting wait(
      Map<Subject, Waiting> waits,
      Subject subject,
      long goal,
      long satisfied,
      long progress,
      long now) {
    Waiting next = Waiting.next(waits.get(subject), goal, satisfied, progress, now);
    if (next == null) {
      waits.remove(subject);
    } else {
      waits.put(subject, next);
    }
    return next;
  }

  private boolean isOver(@Nullable Waiting waiting, long now) {
    return waiting != null && waiting.isOver(timeout.toMillis(), now);
  }

  private static boolean moves(@Nullable Waiting waiting) {
    return waiting == null || waiting.moved();
  }

  private AlertEntry open(
      Subject subject,
      WatchedTarget target,
      WatchedVolume volume,
      @Nullable Waiting answers,
      long now) {
    String what =
        isOver(answers, now) && answers != null
            ? "no answer to the marker at sequence %d; the last answer was at %d"
                .formatted(Position.sequence(answers.goal()), Position.sequence(target.answered()))
            : "nothing applied since sequence %d, while %d are published"
                .formatted(
                    Position.sequence(target.watermark()), Position.sequence(volume.published()));
    return alerts.open(
        AlertKind.REPLICA_SILENT,
        subject,
        volume.volumeId(),
        ChunkSet.EMPTY,
        Position.sequence(volume.marked()),
        now * 1000,
        what + ", for longer than " + timeout.toSeconds() + " s",
        1);
  }

  void forget(Subject subject) {
    forAnswers.remove(subject);
    forChanges.remove(subject);
  }
}
