package io.blocktail.producer.scrub;

import java.time.Clock;
import java.time.Instant;
import java.util.BitSet;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/// A pass under way. A chunk counts as marked only when Kafka has the source's answer. Not safe for
/// several threads: [Passes] guards it.
final class Walk {
  private final long id;
  private final IntSupplier chunks;

  /// How many there were at its end.
  private int visited;

  private final boolean onDemand;
  private final Instant startedAt;
  private final BitSet marked = new BitSet();
  private final BitSet failed = new BitSet();

  /// The first chunk that was not visited yet.
  private int cursor;

  private @Nullable String failure;
  private @Nullable Instant finishedAt;

  Walk(long id, IntSupplier chunks, boolean onDemand, Instant startedAt) {
    this.id = id;
    this.chunks = chunks;
    this.onDemand = onDemand;
    this.startedAt = startedAt;
  }

  long id() {
    return id;
  }

  boolean onDemand() {
    return onDemand;
  }

  boolean hasBegun() {
    return cursor > 0;
  }

  boolean isOver() {
    return finishedAt != null;
  }

  boolean hasNext() {
    return !isOver() && cursor < chunks.getAsInt();
  }

  int next() {
    return cursor++;
  }

  void marked(int chunk, Clock clock) {
    if (!isOver()) {
      marked.set(chunk);
      failed.clear(chunk);
      endIfComplete(clock);
    }
  }

  void failed(int chunk, String reason, Clock clock) {
    if (!isOver() && !marked.get(chunk)) {
      failed.set(chunk);
      failure = reason;
      endIfComplete(clock);
    }
  }

  private void endIfComplete(Clock clock) {
    if (marked.cardinality() + failed.cardinality() == chunks.getAsInt()) {
      visited = chunks.getAsInt();
      finishedAt = clock.instant();
      if (failed.isEmpty()) {
        failure = null;
      }
    }
  }

  void abandon(String reason, Clock clock) {
    if (!isOver()) {
      failure = reason;
      visited = chunks.getAsInt();
      finishedAt = clock.instant();
    }
  }

  Pass toPass() {
    int all = isOver() ? visited : chunks.getAsInt();
    Pass.State state =
        !isOver()
            ? Pass.State.RUNNING
            : marked.cardinality() == all ? Pass.State.FINISHED : Pass.State.ABANDONED;
    return new Pass(id, state, all, marked.cardinality(), startedAt, finishedAt, failure, onDemand);
  }
}
