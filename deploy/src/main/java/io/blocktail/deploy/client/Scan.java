package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A scan of a volume that somebody else writes, as the producer tells it.
///
/// @param trigger why it began; null before it has
/// @param all whether it looks at all chunks, or only at those that the other server calls dirty
/// @param state waiting, running, finished or failed
/// @param seenChunks of `chunks`
/// @param changedChunks how many of them had news
/// @param blocks that were published
/// @param bytes of those that are not zeros
/// @param fromSequence of the gap that it opened; null when it found nothing new
/// @param toSequence a target that has applied everything up to it holds what was seen
/// @param unquiet whether the file was surely written to while it was read
/// @param reason why it failed
public record Scan(
    long id,
    @Nullable String trigger,
    boolean all,
    String state,
    @Nullable String startedAt,
    @Nullable String endedAt,
    long chunks,
    long seenChunks,
    long changedChunks,
    long blocks,
    long bytes,
    @Nullable Long fromSequence,
    @Nullable Long toSequence,
    boolean unquiet,
    @Nullable String reason) {
  public boolean isFinished() {
    return state.equals("finished");
  }

  public boolean isFailed() {
    return state.equals("failed");
  }
}
