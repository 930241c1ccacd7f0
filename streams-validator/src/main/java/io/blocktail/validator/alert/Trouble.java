package io.blocktail.validator.alert;

import io.blocktail.digest.Digest;
import io.blocktail.event.Position;
import io.blocktail.validator.compare.Point;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// A chunk that was found different, or rotted at the source; kept until the alert that speaks of
/// it is closed.
///
/// @param source digest; null when the source itself says that it rotted
/// @param target digest of the target, or of all that accuse the source; null when the source
///   itself says that it rotted
/// @param pass that found it; 0 for none
/// @param at when it was found, µs since 1970
/// @param alert id of the alert that speaks of it; null until there is one
/// @param healedAt when it was found equal again, µs since 1970; null while it is not
/// @param tries how often the source was asked to send it again
/// @param dueAt when to ask, or ask again, ms of this machine's clock; 0 when it is to be asked for
///   at once
/// @param accusers of the source: targets that had one and the same digest at one marker, which was
///   not the source's; absent in what an earlier release stored
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
    long dueAt,
    @Nullable List<String> accusers) {

  static Trouble found(
      Point point, @Nullable Digest source, @Nullable Digest target, long pass, long at) {
    return new Trouble(
        point.epoch(), point.sequence(), source, target, pass, at, null, null, 0, 0, null);
  }

  /// These targets say that it is the source that has changed.
  Trouble accusedBy(Collection<String> targets) {
    var all = new TreeSet<>(accusedBy());
    all.addAll(targets);
    return new Trouble(
        epoch,
        sequence,
        source,
        target,
        pass,
        at,
        alert,
        healedAt,
        tries,
        dueAt,
        all.isEmpty() ? null : List.copyOf(all));
  }

  List<String> accusedBy() {
    return accusers == null ? List.of() : accusers;
  }

  boolean isHealed() {
    return healedAt != null;
  }

  long position() {
    return Position.of(epoch, sequence);
  }

  boolean isBefore(Point point) {
    return Position.isAfter(point.position(), position());
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
            isHealed() ? 0 : dueAt,
            later.accusers)
        .accusedBy(isHealed() ? List.of() : accusedBy());
  }

  Trouble alerted(String id) {
    return new Trouble(
        epoch, sequence, source, target, pass, at, id, healedAt, tries, dueAt, accusers);
  }

  Trouble healed(long when) {
    return new Trouble(
        epoch, sequence, source, target, pass, at, alert, when, tries, dueAt, accusers);
  }

  Trouble asked(int times, long askAgainAt) {
    return new Trouble(
        epoch, sequence, source, target, pass, at, alert, healedAt, times, askAgainAt, accusers);
  }

  String evidence(int chunk) {
    String where = "chunk %d at sequence %d: ".formatted(chunk, sequence);
    if (source == null || target == null) {
      return where + "content changed without a change in its history";
    }
    return where
        + (accusedBy().isEmpty()
            ? "source %s, target %s".formatted(source, target)
            : "source %s, but %s all %s"
                .formatted(source, String.join(" and ", accusedBy()), target));
  }
}
