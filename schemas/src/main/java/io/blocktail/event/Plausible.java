package io.blocktail.event;

import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import org.jspecify.annotations.Nullable;

/// Whether an event that was decoded well can be true of this volume. A pure function: what it
/// objects to is never applied, in no part, and is no event of the stream: for everybody who reads
/// it.
public final class Plausible {
  private Plausible() {}

  /// @return what is wrong with it; null when nothing is
  public static @Nullable String objection(Event event, Geometry geometry) {
    return switch (event.body()) {
      case Body.Epoch epoch -> ownership(epoch.ownership(), epoch.open(), geometry);
      case Body.Gap gap -> ownership(gap.ownership(), gap.chunks(), geometry);
      case Body.Content content -> range(content.offset(), content.length(), geometry);
      case Body.Marker marker -> wholeChunk(marker, geometry);
      case Body.Whole _, Body.Bookmark _ -> null;
    };
  }

  private static @Nullable String ownership(
      Ownership ownership, ChunkSet chunks, Geometry geometry) {
    if (!ownership.geometry().equals(geometry)) {
      return "it says that the volume has %d bytes in chunks of %d, but it has %d in chunks of %d"
          .formatted(
              ownership.geometry().size(),
              ownership.geometry().chunkSize(),
              geometry.size(),
              geometry.chunkSize());
    }
    return chunks.fits(geometry.chunks())
        ? null
        : "it names the chunks %s of a volume that has %d".formatted(chunks, geometry.chunks());
  }

  private static @Nullable String range(long offset, long length, Geometry geometry) {
    if (!geometry.contains(offset, length)) {
      return "its range %d+%d is outside of the volume's %d bytes"
          .formatted(offset, length, geometry.size());
    }
    return geometry.isChangeExtent(offset, length)
        ? null
        : "its range %d+%d is not whole blocks of one chunk".formatted(offset, length);
  }

  private static @Nullable String wholeChunk(Body.Marker marker, Geometry geometry) {
    String objection = range(marker.offset(), marker.length(), geometry);
    if (objection != null) {
      return objection;
    }
    int chunk = geometry.chunkAt(marker.offset());
    return marker.offset() == geometry.chunkOffset(chunk)
            && marker.length() == geometry.chunkLength(chunk)
        ? null
        : "its range %d+%d is not a chunk".formatted(marker.offset(), marker.length());
  }
}
