package io.blocktail.validator.alert;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.volume.ChunkSet;
import org.jspecify.annotations.Nullable;

/// An alert as the stores keep it. Times are µs since 1970.
///
/// @param chunks that it speaks of: one run of neighbours; empty when it is not about chunks
/// @param sequence the newest point of the history that it speaks of
/// @param closedAt null while it is open
/// @param unhealed how many of its chunks are not equal again; 0 lets it close. An alert that is
///   not about chunks has 1 until it is over
/// @param told whether this state of it has been published
public record AlertEntry(
    String id,
    AlertKind kind,
    String volume,
    String volumeId,
    @Nullable String target,
    ChunkSet chunks,
    long sequence,
    long openedAt,
    @Nullable Long closedAt,
    String evidence,
    int unhealed,
    boolean told) {

  Subject subject() {
    return new Subject(volume, target);
  }

  AlertEntry covering(ChunkSet more, long newest, int moreUnhealed) {
    return new AlertEntry(
        id,
        kind,
        volume,
        volumeId,
        target,
        chunks.union(more),
        Math.max(sequence, newest),
        openedAt,
        closedAt,
        evidence,
        unhealed + moreUnhealed,
        false);
  }

  AlertEntry saying(String what) {
    return new AlertEntry(
        id, kind, volume, volumeId, target, chunks, sequence, openedAt, closedAt, what, unhealed,
        false);
  }

  AlertEntry closed(long when) {
    return new AlertEntry(
        id, kind, volume, volumeId, target, chunks, sequence, openedAt, when, evidence, 0, true);
  }

  AlertEntry published() {
    return new AlertEntry(
        id, kind, volume, volumeId, target, chunks, sequence, openedAt, closedAt, evidence,
        unhealed, true);
  }

  Alert toMessage() {
    return Alert.newBuilder()
        .setId(id)
        .setKind(kind.label())
        .setVolume(volume)
        .setVolumeId(volumeId)
        .setTarget(target)
        .setChunks(
            chunks.runs().stream().map(run -> new ChunkRun(run.first(), run.count())).toList())
        .setSequence(sequence)
        .setOpenedAt(openedAt)
        .setClosedAt(closedAt)
        .setEvidence(evidence)
        .build();
  }
}
