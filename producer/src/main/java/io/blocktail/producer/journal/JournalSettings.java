package io.blocktail.producer.journal;

import io.blocktail.storage.Disk;
import java.time.Clock;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/// What a journal is told by its volume.
///
/// @param disk where its files are, beside other files of the volume
/// @param epoch that its events bear
/// @param limit bytes that all segments may take
/// @param segmentBytes size of a new segment's file
/// @param clock for the events' capture times
/// @param background runs the preparation of segments
/// @param onFailure is told what made the journal unfit, on the thread that found it
public record JournalSettings(
    Disk disk,
    UUID volume,
    int epoch,
    long limit,
    int segmentBytes,
    Clock clock,
    Executor background,
    Consumer<Throwable> onFailure) {

  int mostSegments() {
    return (int) Math.min(Integer.MAX_VALUE, limit / segmentBytes);
  }
}
