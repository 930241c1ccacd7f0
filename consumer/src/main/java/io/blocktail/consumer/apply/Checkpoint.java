package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.event.Chain;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a target knows for certain after a crash: everything up to the watermark is in its data,
/// and nothing above the intent is.
///
/// @param chain epoch and watermark
/// @param next the next record to read
/// @param leaderEpoch the newest leader epoch of the stream that was known, -1 for none
/// @param intent the highest sequence that may have been applied since; equal to the watermark when
///   the target has stopped cleanly or rests
/// @param halted why the target has halted; null when it has not
/// @param gaps the chunks that are not done
public record Checkpoint(
    Identity identity,
    Chain chain,
    StreamPosition next,
    int leaderEpoch,
    long intent,
    @Nullable Halt halted,
    List<OpenGap> gaps) {
  public Checkpoint {
    gaps = List.copyOf(gaps);
  }

  /// Whether the data may be ahead of the watermark.
  public boolean unclean() {
    return intent > chain.sequence();
  }
}
