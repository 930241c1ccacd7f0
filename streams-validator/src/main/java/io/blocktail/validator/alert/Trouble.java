package io.blocktail.validator.alert;

import io.blocktail.digest.Digest;
import io.blocktail.event.Position;
import io.blocktail.validator.compare.Point;
import org.jspecify.annotations.Nullable;

/// A chunk that was found different, or rotted at the source; kept until the alert that speaks of
/// it is closed.
///
/// @param source digest; null when it is the source that rotted
/// @param target digest; null when it is the source that rotted
/// @param pass that found it; 0 for none
/// @param at when it was found, µs since 1970
/// @param alert id of the alert that speaks of it; null until there is one
/// @param healedAt when it was found equal again, µs since 1970; null while it is not
/// @param tries how often the source was asked to send it again
/// @param dueAt when to ask again, ms of this machine's clock; 0 when it is to be asked for at once
public record Trouble(
    int epoch,
    long sequence,
    @Nullable Digest source,
    @Nullable Digest target,
    long pass,
    long at,
    @Nullable String alert,
    @Nullable Long healedAt,
    int tries,
    long dueAt) {

  static Trouble found(
      Point point, @Nullable Digest source, @Nullable Digest target, long pass, long at) {
    return new Trouble(point.epoch(), point.sequence(), source, target, pass, at, null, null, 0, 0);
  }

  boolean isHealed() {
    return healedAt != null;
  }

  boolean isBefore(Point point) {
    return Position.isAfter(point.position(), Position.of(epoch, sequence));
  }

  /// Found again, later: the same alert speaks of it. Asking starts over if it had been healed.
  Trouble again(Trouble later) {
    return new Trouble(
        later.epoch,
        later.sequence,
        later.source,
        later.target,
        later.pass,
        later.at,
        alert,
        null,
        isHealed() ? 0 : tries,
        isHealed() ? 0 : dueAt);
  }

  Trouble alerted(String id) {
    return new Trouble(epoch, sequence, source, target, pass, at, id, healedAt, tries, dueAt);
  }

  Trouble healed(long when) {
    return new Trouble(epoch, sequence, source, target, pass, at, alert, when, tries, dueAt);
  }

  Trouble asked(int times, long askAgainAt) {
    return new Trouble(
        epoch, sequence, source, target, pass, at, alert, healedAt, times, askAgainAt);
  }

  String evidence(int chunk) {
    return source == null || target == null
        ? "chunk %d at sequence %d: content changed without a change in its history"
            .formatted(chunk, sequence)
        : "chunk %d at sequence %d: source %s, target %s"
            .formatted(chunk, sequence, source, target);
  }
}
