package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Tally;
import java.time.Duration;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// How a target was at one moment.
///
/// @param volume the volume's UUID; null before the target has learned it
/// @param replica the UUID of its copy; null before there is one
/// @param reason why it is in that state, where that needs saying
/// @param consistent whether it is known to equal the source as it was at the watermark
/// @param epoch of the last event that counted, 0 before the first
/// @param lagChanges records of the stream that are not applied yet; null when nobody knows: while
///   the stream cannot be read, or its file does not answer
/// @param lagMillis how long ago the oldest of them was put into the stream, 0 when there is none;
///   null when nobody knows: likewise, and before the first of its records is applied
public record TargetReport(
    @Nullable UUID volume,
    @Nullable UUID replica,
    TargetState state,
    @Nullable String reason,
    boolean consistent,
    int epoch,
    long watermark,
    int undoneChunks,
    @Nullable Long lagChanges,
    @Nullable Long lagMillis,
    Tally tally) {
  static final Tally NOTHING = new Tally(0, 0, 0, 0, 0);

  /// The same target with its files closed: what was known of it is not consistent any more.
  public TargetReport closed(TargetState state, @Nullable String reason) {
    return withoutLag(state, reason, false);
  }

  /// The same target while its file takes too long over one record: what is behind that one, and
  /// how much it is by now, nobody knows.
  TargetReport hanging(Duration silence) {
    String hangs = "its file has not answered for %d s".formatted(silence.toSeconds());
    return withoutLag(state, reason == null ? hangs : reason + "; " + hangs, consistent);
  }

  private TargetReport withoutLag(TargetState state, @Nullable String reason, boolean consistent) {
    return new TargetReport(
        volume,
        replica,
        state,
        reason,
        consistent,
        epoch,
        watermark,
        undoneChunks,
        null,
        null,
        tally);
  }

  /// Of a target of which nothing is known yet.
  public static TargetReport starting() {
    var state = new TargetState.Initializing("starting");
    return new TargetReport(null, null, state, state.reason(), false, 0, 0, 0, null, null, NOTHING);
  }
}
