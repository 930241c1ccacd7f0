package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Origins;
import io.blocktail.volume.TargetName;

/// Up to where a replica that stopped uncleanly may be ahead of its watermark: it is behind that
/// when it has passed one of the three.
///
/// The stream's end counts only as long as the stream is not cut back: what was applied and cut off
/// may come again behind that end. Nobody can see that from the stream alone, because nobody knows
/// how much was applied. The *landmark* then says it: an event that the source makes because this
/// target asks for it, after it has stopped, so that every event it can have applied is before.
///
/// @param intent sequence above which nothing was applied
/// @param end offset behind everything that could have been applied; [#UNKNOWN] when the stream may
///   have been cut back since
/// @param leaderEpoch the newest one of the stream when nothing was lost yet
/// @param landmark id of the request that the landmark answers
public record Recovery(long intent, long end, int leaderEpoch, String landmark) {
  public static final long UNKNOWN = Long.MAX_VALUE;

  boolean needsLandmark() {
    return end == UNKNOWN;
  }

  /// The highest sequence that the replica may have, of a history that the stream may have lost;
  /// its watermark where nothing is lost.
  long mayHave(long watermark) {
    return needsLandmark() ? Math.max(watermark, intent) : watermark;
  }

  /// Whether everything before the offset is enough.
  boolean over(long watermark, long offset) {
    return watermark >= intent || offset >= end;
  }

  /// The same before the next record. One of a newer leader stands before the end although it was
  /// written after that was seen: the stream was cut back in between.
  Recovery facing(StreamRecord next) {
    return next.leaderEpoch() > leaderEpoch
        ? new Recovery(intent, UNKNOWN, leaderEpoch, landmark)
        : this;
  }

  /// For people.
  String reason() {
    return needsLandmark()
        ? ("it stopped uncleanly, and the stream's leader was elected anew since: up to sequence %d it may"
                + " be ahead of its watermark. It goes on when the source, which it has asked, says"
                + " how far that is")
            .formatted(intent)
        : "it stopped uncleanly: up to sequence %d or offset %d it may be ahead of its watermark"
            .formatted(intent, end);
  }

  boolean isLandmark(Event event, TargetName self) {
    return event.body() instanceof Body.Gap gap
        && self.equals(gap.target())
        && event.origin().equals(Origins.resync(landmark));
  }
}
