package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.event.Event;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.TargetName;
import org.jspecify.annotations.Nullable;

/// How far a replica is to be believed: whether its target has halted, and whether it may be ahead
/// of its watermark. For the applier's thread.
final class Standing {
  private @Nullable Halt halt;
  private @Nullable Recovery recovery;

  Standing(@Nullable Halt halt, @Nullable Recovery recovery) {
    this.halt = halt;
    this.recovery = recovery;
  }

  /// The one way to halt. What halted it first stays the reason, except before something that the
  /// source cannot mend.
  ///
  /// @return whether that is news
  boolean halt(Halt found) {
    if (halt != null && (found.mendable() || found.equals(halt))) {
      return false;
    }
    halt = found;
    return true;
  }

  boolean halted() {
    return halt != null;
  }

  /// Null while it has not halted.
  @Nullable Halt halt() {
    return halt;
  }

  boolean recovering() {
    return recovery != null;
  }

  /// The next record is that one.
  void facing(StreamRecord next) {
    if (recovery != null) {
      recovery = recovery.facing(next);
    }
  }

  /// The event was applied.
  void applied(Event event, TargetName self) {
    if (recovery != null && recovery.isLandmark(event, self)) {
      recovery = null;
    }
  }

  /// Everything before the offset was taken.
  void settle(long watermark, long offset) {
    if (recovery != null && recovery.over(watermark, offset)) {
      recovery = null;
    }
  }

  /// All that the replica holds is going to be replaced: nothing of it needs to be believed.
  void startAnew() {
    halt = null;
    recovery = null;
  }

  /// The highest sequence that the replica may have, of a history that the stream may have lost.
  long mayHave(long watermark) {
    return recovery == null ? watermark : recovery.mayHave(watermark);
  }

  /// The highest sequence that the replica may have.
  long ahead(long watermark) {
    return recovery == null ? watermark : Math.max(watermark, recovery.intent());
  }

  /// What a checkpoint says of the newest leader epoch: a recovery that is cut short goes on from
  /// what the stream was when it was whole.
  int leaderEpoch(int known) {
    return recovery == null ? known : recovery.leaderEpoch();
  }

  /// @param replay null before the first event
  Trust trust(@Nullable Replay replay) {
    if (halt != null) {
      return new Trust.Halted(halt.reason());
    }
    if (replay == null) {
      return new Trust.Unborn();
    }
    if (recovery != null) {
      return new Trust.Recovering(recovery.reason());
    }
    int undone = replay.undone().count();
    return undone > 0 ? new Trust.Incomplete(undone) : new Trust.Sound();
  }

  /// @param replay null before the first event
  Want want(@Nullable Replay replay) {
    if (halt != null) {
      return halt.mendable() ? new Want.WholeVolume(halt.reason()) : new Want.Nothing();
    }
    if (recovery != null && recovery.needsLandmark()) {
      return new Want.Landmark(recovery.landmark());
    }
    if (replay == null || replay.undone().count() == 0) {
      return new Want.Nothing();
    }
    ChunkSet left = replay.undone().leftOver();
    return left.isEmpty() ? new Want.Patience() : new Want.Chunks(left);
  }
}
