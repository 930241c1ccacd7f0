package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.Compared;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

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

  /// Whether each target but this one has said what it has to say about the trouble.
  ///
  /// @param last answer of any target about this chunk, with what is known of the others'
  boolean haveAnswered(Subject subject, Trouble trouble, Compared last, String volumeId) {
    String volume = subject.volume();
    try (var all = stores.targets().range(volume + "/", volume + "/~")) {
      while (all.hasNext()) {
        var entry = all.next();
        var other = Subject.ofKey(entry.key);
        boolean isWaitedFor =
            !other.equals(subject)
                && !hasSpoken(other, trouble.position(), last)
                && entry.value.isAnswering(volumeId)
                && isThere(other);
        if (isWaitedFor) {
          return false;
        }
      }
    }
    return true;
  }

  /// Whether a target has said its word about a trouble that was found at that position: a digest
  /// there, or later that it is equal, or that it has no digest and will not have one by itself.
  /// One that differs later may agree with what the target in trouble has yet to answer there.
  private boolean hasSpoken(Subject target, long position, Compared last) {
    @Nullable ChunkVerdict verdict = chunks.find(target, last.chunk());
    if (verdict != null && !Position.isAfter(position, verdict.position())) {
      return verdict.equal() || verdict.position() == position;
    }
    long lastPosition = last.point().position();
    return last.target().equals(target.target())
        ? !Position.isAfter(position, lastPosition) && !last.isYetToSay()
        : position == lastPosition && last.others().dissenting().contains(target.target());
  }

  /// Whether it was heard lately; who was not heard since this validator runs has its time from
  /// then.
  boolean isThere(Subject target) {
    return now() - heard.getOrDefault(target, began) <= patience.toMillis();
  }
}
