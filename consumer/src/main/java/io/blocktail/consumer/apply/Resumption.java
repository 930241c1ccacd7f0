package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamPosition;
import org.jspecify.annotations.Nullable;

/// Where a target goes on reading, and how far it is to be believed until then. Decided by what its
/// checkpoint says and how the stream lies now; a pure function.
///
/// @param from the next record to read
/// @param halt when something of the stream is missing, or may be
/// @param recovery when the replica may be ahead of its watermark
public record Resumption(StreamPosition from, @Nullable Halt halt, @Nullable Recovery recovery) {

  /// @param checkpoint null for a target that starts anew
  /// @param landmark an id that no request to the source had before
  public static Resumption of(
      @Nullable Checkpoint checkpoint, StreamBounds bounds, String landmark) {
    var beginning = new StreamPosition(bounds.topicId(), bounds.beginning(), -1);
    if (checkpoint == null) {
      return new Resumption(beginning, null, null);
    }
    StreamPosition next = checkpoint.next();
    if (!next.topicId().equals(bounds.topicId())) {
      return halted(
          checkpoint,
          beginning,
          "the stream's topic was made anew: its id is %s, not %s"
              .formatted(bounds.topicId(), next.topicId()));
    }
    if (next.offset() < bounds.beginning()) {
      return halted(
          checkpoint,
          beginning,
          "the stream's records from offset %d to %d are not retained any more"
              .formatted(next.offset(), bounds.beginning() - 1));
    }
    if (next.offset() > bounds.end()) {
      return halted(
          checkpoint,
          new StreamPosition(bounds.topicId(), bounds.end(), -1),
          "the stream was cut back: it ends at offset %d, this target has read up to %d"
              .formatted(bounds.end(), next.offset()));
    }
    if (checkpoint.halted() != null || !checkpoint.unclean()) {
      return new Resumption(next, checkpoint.halted(), null);
    }
    boolean sameLeader =
        bounds.leaderEpoch() >= 0 && bounds.leaderEpoch() == checkpoint.leaderEpoch();
    long end = sameLeader ? bounds.end() : Recovery.UNKNOWN;
    var recovery = new Recovery(checkpoint.intent(), end, checkpoint.leaderEpoch(), landmark);
    return new Resumption(next, null, recovery);
  }

  /// What halted it first stays the reason.
  private static Resumption halted(Checkpoint checkpoint, StreamPosition from, String reason) {
    Halt before = checkpoint.halted();
    return new Resumption(from, before == null ? new Halt(reason, true) : before, null);
  }
}
