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
      case Body.Grow grow -> growth(grow, geometry);
      case Body.Whole _, Body.Bookmark _ -> null;
    };
  }

  /// The same for an event of the volume's past, when it may have been smaller than it is now: for
  /// who knows how large it is, but not how large it was.
  ///
  /// @param present how large it is
  public static @Nullable String objectionThen(Event event, Geometry present) {
    Geometry then =
        switch (event.body()) {
          case Body.Epoch epoch -> smaller(epoch.ownership().geometry(), present);
          case Body.Gap gap -> smaller(gap.ownership().geometry(), present);
          case Body.Marker marker -> endingWith(marker, present);
          case Body.Grow grow when grow.size() <= present.size() ->
              new Geometry(Geometry.BLOCK, present.chunkSize());
          default -> present;
        };
    return objection(event, then);
  }

  private static Geometry smaller(Geometry stated, Geometry present) {
    return stated.size() < present.size() && stated.chunkSize() == present.chunkSize()
        ? stated
        : present;
  }

  /// The chunk was the volume's last, and shorter than it is now.
  private static Geometry endingWith(Body.Marker marker, Geometry present) {
    boolean fits =
        marker.length() > 0
            && present.contains(marker.offset(), marker.length())
            && Geometry.aligned(marker.offset(), marker.length());
    return fits ? new Geometry(marker.offset() + marker.length(), present.chunkSize()) : present;
  }

  private static @Nullable String growth(Body.Grow grow, Geometry geometry) {
    if (grow.size() < geometry.size()) {
      return "it says that the volume has %d bytes from there on, but it had %d"
          .formatted(grow.size(), geometry.size());
    }
    try {
      var _ = new Geometry(grow.size(), geometry.chunkSize());
      return null;
    } catch (IllegalArgumentException e) {
      return "it says that the volume grows to what no volume can have: " + e.getMessage();
    }
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
