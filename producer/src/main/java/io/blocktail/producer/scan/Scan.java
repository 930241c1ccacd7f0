package io.blocktail.producer.scan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// A look at a volume that somebody else writes, from beginning to end. Of a finished one the
/// targets hold what it has seen when they have applied everything up to `to`, and until the next
/// one finds a difference.
///
/// @param id ascending; the number of the verification pass that it is, if it looked at all chunks
/// @param all whether it looked at all chunks, or only at those that the other side calls dirty
/// @param endedAt null while it runs
/// @param chunks at how many it looked
/// @param seenChunks how many of them it has seen and brought by now
/// @param changedChunks how many of them had news
/// @param blocks that were published
/// @param bytes that were published, zeros not counted
/// @param from sequence of the GAP that it opened; 0 when it found nothing new
/// @param to the sequence that stands for what was seen: that of WHOLE, or, of a scan that found
///   nothing new, of the last marker; 0 as long as it is not finished
/// @param unquiet whether the file was surely written to while it was read, so that what was seen
///   is of more than one moment. False proves nothing
/// @param reason why it failed; null if it did not
public record Scan(
    long id,
    Trigger trigger,
    boolean all,
    State state,
    Instant startedAt,
    @Nullable Instant endedAt,
    int chunks,
    int seenChunks,
    int changedChunks,
    long blocks,
    long bytes,
    long from,
    long to,
    boolean unquiet,
    @Nullable String reason) {
  static Scan begun(long id, Trigger trigger, boolean all, Instant at, int chunks) {
    return new Scan(
        id, trigger, all, State.RUNNING, at, null, chunks, 0, 0, 0, 0, 0, 0, false, null);
  }

  /// It has opened a gap.
  Scan opened(long gap) {
    return going(seenChunks, changedChunks, blocks, bytes, gap);
  }

  /// It has brought a chunk.
  Scan brought(long moreBlocks, long moreBytes) {
    int changed = changedChunks + (moreBlocks > 0 ? 1 : 0);
    return going(seenChunks + 1, changed, blocks + moreBlocks, bytes + moreBytes, from);
  }

  private Scan going(int nowSeen, int nowChanged, long nowBlocks, long nowBytes, long gap) {
    return new Scan(
        id,
        trigger,
        all,
        state,
        startedAt,
        null,
        chunks,
        nowSeen,
        nowChanged,
        nowBlocks,
        nowBytes,
        gap,
        0,
        false,
        null);
  }

  Scan finished(long last, boolean unquiet, Instant at) {
    return ended(State.FINISHED, at, last, unquiet, null);
  }

  Scan failed(Instant at, String why) {
    return ended(State.FAILED, at, 0, unquiet, why);
  }

  private Scan ended(State how, Instant at, long last, boolean moved, @Nullable String why) {
    return new Scan(
        id,
        trigger,
        all,
        how,
        startedAt,
        at,
        chunks,
        seenChunks,
        changedChunks,
        blocks,
        bytes,
        from,
        last,
        moved,
        why);
  }

  /// The order is that of the file's format.
  public enum State {
    RUNNING,
    FINISHED,
    /// It came to no end. What it published stays inside its gap until another one is finished.
    FAILED
  }
}
