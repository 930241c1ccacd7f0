package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.SourceSeen;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is known of a volume.
///
/// @param volumeId its UUID
/// @param epoch the highest seen
/// @param chunks how many it has; 0 until a marker says so
/// @param marked position of the newest marker; see [Position]
/// @param published position up to which the source says it has published
/// @param dirtyChunks how many chunks the source says that its stream does not have yet
/// @param held whether the source says that it keeps changes from its stream; null is no
/// @param at the newest time heard from the source, µs since 1970
/// @param passes how many chunks the source has marked
/// @param retired UUIDs of volumes that had this name before, newest first
public record WatchedVolume(
    String volumeId,
    int epoch,
    int chunks,
    long marked,
    long published,
    int dirtyChunks,
    @Nullable Boolean held,
    long at,
    Passes passes,
    List<String> retired) {
  private static final int RETIRED = 8;

  /// How a report stands to what is known.
  enum Standing {
    CURRENT,
    /// Of another volume that says that this is its name.
    OTHER,
    /// Of an older epoch, or of a volume that had this name before and comes late.
    FORMER
  }

  public WatchedVolume {
    retired = List.copyOf(retired);
  }

  static WatchedVolume of(String volumeId, int epoch) {
    return new WatchedVolume(
        volumeId, epoch, 0, 0, 0, 0, null, Long.MIN_VALUE, Passes.NONE, List.of());
  }

  /// A former volume that speaks later than its successor did is not late: somebody put it back.
  Standing standing(String id, int itsEpoch, long itsTime) {
    if (id.equals(volumeId)) {
      return itsEpoch < epoch ? Standing.FORMER : Standing.CURRENT;
    }
    return retired.contains(id) && itsTime <= at ? Standing.FORMER : Standing.OTHER;
  }

  WatchedVolume succeededBy(String id, int itsEpoch) {
    var former = new ArrayList<>(retired);
    former.remove(id);
    former.addFirst(volumeId);
    return new WatchedVolume(
        id,
        itsEpoch,
        0,
        0,
        0,
        0,
        null,
        Long.MIN_VALUE,
        Passes.NONE,
        former.subList(0, Math.min(RETIRED, former.size())));
  }

  boolean isHeld() {
    return Boolean.TRUE.equals(held);
  }

  WatchedVolume marked(int itsEpoch, int count, long position, long time, Passes counted) {
    return new WatchedVolume(
        volumeId,
        Math.max(epoch, itsEpoch),
        Math.max(chunks, count), // it only grows, and what is told may come late
        Position.isAfter(position, marked) ? position : marked,
        published,
        dirtyChunks,
        held,
        Math.max(at, time),
        counted,
        retired);
  }

  WatchedVolume seen(SourceSeen status) {
    int itsEpoch = Math.max(epoch, status.epoch());
    return new WatchedVolume(
        volumeId,
        itsEpoch,
        chunks,
        marked,
        Position.of(itsEpoch, status.published()),
        status.dirtyChunks(),
        status.isHeld() ? Boolean.TRUE : null,
        Math.max(at, status.at()),
        passes,
        retired);
  }
}
