package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamPosition;
import org.jspecify.annotations.Nullable;

/// How much may be applied before a checkpoint has to come, and whether one is worth making. What
/// it allows is the intent of the last checkpoint that is durable, and the changed pages that fit
/// into memory. All numbers are sequences. For the applier's thread.
final class Allowance {
  private final long reach;

  /// The highest that may be applied now.
  private long limit;

  /// The highest that was refused.
  private long wanted;

  /// What the last checkpoint begun says of the next record; null before the first, and when there
  /// is news that it does not tell.
  private @Nullable StreamPosition noted;

  /// @param reach how many may be applied beyond a checkpoint
  Allowance(long reach) {
    this.reach = reach;
  }

  /// A checkpoint is durable that has this intent.
  void durable(long intent) {
    limit = intent;
  }

  boolean full(long sequence, Versions versions) {
    return sequence > limit || versions.changedPages() >= Versions.MOST_CHANGED;
  }

  /// That one has to wait for a checkpoint.
  void refused(long sequence) {
    wanted = Math.max(wanted, sequence);
  }

  /// Whether a checkpoint would say anything new.
  boolean moved(StreamPosition next) {
    return !next.equals(noted);
  }

  /// Something has changed that the next checkpoint tells, wherever it is made.
  void news() {
    noted = null;
  }

  /// Whether the last durable checkpoint allows more than the watermark.
  boolean restless(long watermark) {
    return limit > watermark;
  }

  /// Whether a checkpoint should come soon, so that applying never has to wait for it.
  boolean pressed(long watermark, Versions versions) {
    long left = limit - watermark;
    return left > 0 && left < reach / 2 || versions.changedPages() >= Versions.MOST_CHANGED / 2;
  }

  /// A checkpoint is begun.
  ///
  /// @param ahead the highest that the replica may have already, at least the watermark
  /// @param resting nothing more is applied before the next checkpoint
  /// @return its intent
  long begin(StreamPosition next, long watermark, long ahead, boolean resting) {
    noted = next;
    if (resting) {
      limit = Math.min(limit, ahead);
      return ahead;
    }
    return Math.max(ahead, intent(Math.max(watermark, wanted)));
  }

  /// Of a checkpoint after which applying can go on from that sequence.
  long intent(long sequence) {
    return sequence + reach;
  }
}
