package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.Compared;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Says whether all other targets of a volume have been heard about a chunk that differs: before
/// that nobody knows whether it is the target that is damaged or the source. To that end it keeps
/// who was heard when.
final class Witnesses {
  private final Stores stores;
  private final Chunks chunks;
  private final Duration patience;
  private final LongSupplier clock;

  /// When anything was first heard; 0 before. The clock may not go yet while this is made.
  private long began;

  /// When a target, or a source, was last heard of, by this machine's clock, ms. What was read late
  /// is heard late: a validator that was away does not take for dead who spoke meanwhile.
  private final Map<Subject, Long> heard = new HashMap<>();

  /// @param patience a target of which nothing was heard for so long is not waited for
  /// @param clock ms, this machine's
  Witnesses(Stores stores, Chunks chunks, Duration patience, LongSupplier clock) {
    this.stores = stores;
    this.chunks = chunks;
    this.patience = patience;
    this.clock = clock;
  }

  void heard(Subject subject) {
    heard.put(subject, now());
  }

  private long now() {
    long now = clock.getAsLong();
    began = began == 0 ? now : began;
    return now;
  }

  void forget(Subject subject) {
    heard.remove(subject);
  }

  /// In ms of this machine's clock; 0 when it was not heard since this validator runs.
  long lastHeard(Subject subject) {
    return heard.getOrDefault(subject, 0L);
  }

  /// Whether each target but this one has answered the marker at which the trouble was found, or a
  /// later one of this chunk.
  ///
  /// @param last answer of any target about this chunk, with what is known of the others'
  boolean haveAnswered(Subject subject, Trouble trouble, Compared last, String volumeId) {
    boolean isLastOfUse = !Position.isAfter(trouble.position(), last.point().position());
    String volume = subject.volume();
    try (var all = stores.targets().range(volume + "/", volume + "/~")) {
      while (all.hasNext()) {
        var entry = all.next();
        var other = Subject.ofKey(entry.key);
        boolean isKnown =
            other.equals(subject)
                || isLastOfUse && isAmong(last, other)
                || chunks.isJudged(other, last.chunk(), trouble.position());
        if (!isKnown && entry.value.isAnswering(volumeId) && isThere(other)) {
          return false;
        }
      }
    }
    return true;
  }

  /// Whether it was heard lately; who was not heard since this validator runs has its time from
  /// then.
  boolean isThere(Subject target) {
    return now() - heard.getOrDefault(target, began) <= patience.toMillis();
  }

  private static boolean isAmong(Compared last, Subject other) {
    return last.target().equals(other.target())
        || last.others().dissenting().contains(other.target());
  }
}
