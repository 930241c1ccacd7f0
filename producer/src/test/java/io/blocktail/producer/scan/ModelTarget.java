package io.blocktail.producer.scan;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a target makes of a stream, in a few lines of its own: content, and for each undone chunk
/// the gap that it belongs to.
final class ModelTarget {
  final String name;
  final byte[] content;
  private final Geometry geometry;
  private final Map<Integer, Long> undone = new HashMap<>();
  private final Map<Integer, Long> covered = new HashMap<>();
  private int applied;

  ModelTarget(String name, int size) {
    this.name = name;
    this.content = new byte[size];
    this.geometry = Geometry.of(size);
  }

  /// Nothing of an undone chunk is trusted.
  boolean consistent() {
    return undone.isEmpty() && applied > 0;
  }

  ChunkSet undone() {
    var bits = new java.util.BitSet();
    undone.keySet().forEach(bits::set);
    return ChunkSet.of(bits);
  }

  /// Takes what is new.
  ///
  /// @param after is called after each event
  void follow(List<Event> events, Runnable after) {
    for (; applied < events.size(); ) {
      apply(events.get(applied));
      applied++;
      after.run();
    }
  }

  private boolean concerns(@Nullable Object target) {
    return target == null || target.toString().equals(name);
  }

  private void apply(Event event) {
    switch (event.body()) {
      case Body.Epoch epoch -> open(event.sequence(), epoch.open());
      case Body.Gap gap -> {
        if (concerns(gap.target())) {
          open(event.sequence(), gap.chunks());
        }
      }
      case Body.Base base -> {
        if (concerns(base.target())) {
          SimulatedSource.apply(base, content);
          cover(base);
        }
      }
      case Body.Content change -> SimulatedSource.apply(change, content);
      case Body.Marker marker -> {
        int chunk = geometry.chunkAt(marker.offset());
        byte[] own =
            Arrays.copyOfRange(
                content, (int) marker.offset(), (int) (marker.offset() + marker.length()));
        boolean same = ChunkHasher.hash(chunk, own, own.length).equals(marker.digest());
        if (same) {
          undone.remove(chunk);
        } else if (!undone.containsKey(chunk)) {
          throw new AssertionError(
              "%s: chunk %d diverges at %d".formatted(name, chunk, event.sequence()));
        }
      }
      case Body.Grow grow -> throw new AssertionError("a scanned volume grows: " + grow);
      case Body.Whole _, Body.Bookmark _ -> {}
    }
  }

  private void open(long gap, ChunkSet chunks) {
    chunks
        .indexes()
        .forEach(chunk -> {
          undone.put(chunk, gap);
          covered.put(chunk, 0L);
        });
  }

  private void cover(Body.Base base) {
    int chunk = geometry.chunkAt(base.offset());
    Long gap = undone.get(chunk);
    if (gap == null || gap != base.gap()) {
      return;
    }
    long from = base.offset() - geometry.chunkOffset(chunk);
    if (from == 0 || covered.getOrDefault(chunk, -1L) == from) {
      covered.put(chunk, from + base.length());
      if (from + base.length() == geometry.chunkLength(chunk)) {
        undone.remove(chunk);
      }
    }
  }
}
