package io.blocktail.producer.scrub;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// One walk over all chunks of a volume, as it stands.
///
/// @param id unique and ascending within the volume, over restarts too
/// @param chunks how many the volume has
/// @param marked of how many Kafka has the source's answer to a marker of this pass
/// @param finishedAt null while it runs
/// @param reason why it was abandoned; null if it was not
/// @param onDemand whether somebody asked for it
public record Pass(
    long id,
    State state,
    int chunks,
    int marked,
    Instant startedAt,
    @Nullable Instant finishedAt,
    @Nullable String reason,
    boolean onDemand) {
  public enum State {
    /// Under way, or waiting for an earlier one.
    RUNNING,
    /// All chunks are marked.
    FINISHED,
    /// It ended with chunks that are not marked.
    ABANDONED
  }
}
