package io.blocktail.producer;

import io.blocktail.producer.scan.Scan;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A scan as `GET /volumes/{name}/scans` shows it.
///
/// @param trigger start, demand, schedule, change, need or retry
/// @param all whether it looks at all chunks, or only at those that the other server calls dirty
/// @param state waiting, running, finished or failed
/// @param chunks at how many it looks
/// @param seenChunks how many of them it has brought by now
/// @param changedChunks how many of them had news
/// @param blocks that were published
/// @param bytes of those that are not zeros
/// @param fromSequence of the gap that it opened; null when it found nothing new
/// @param toSequence a target that has applied everything up to it holds what was seen
/// @param unquiet whether the file was surely written to while it was read
/// @param reason why it failed
record ScanView(
    long id,
    @Nullable String trigger,
    boolean all,
    String state,
    @Nullable Instant startedAt,
    @Nullable Instant endedAt,
    int chunks,
    int seenChunks,
    int changedChunks,
    long blocks,
    long bytes,
    @Nullable Long fromSequence,
    @Nullable Long toSequence,
    boolean unquiet,
    @Nullable String reason) {
  static ScanView of(Scan scan) {
    return new ScanView(
        scan.id(),
        scan.trigger().name().toLowerCase(Locale.ROOT),
        scan.all(),
        scan.state().name().toLowerCase(Locale.ROOT),
        scan.startedAt(),
        scan.endedAt(),
        scan.chunks(),
        scan.seenChunks(),
        scan.changedChunks(),
        scan.blocks(),
        scan.bytes(),
        scan.from() == 0 ? null : scan.from(),
        scan.to() == 0 ? null : scan.to(),
        scan.unquiet(),
        scan.reason());
  }

  /// It was asked for and has not begun.
  static ScanView waiting(long id) {
    return new ScanView(
        id, null, true, "waiting", null, null, 0, 0, 0, 0, 0, null, null, false, null);
  }
}
