package io.blocktail.consumer.apply;

import io.blocktail.volume.ChunkSet;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The chunks of a replica whose content is not to be trusted. Each belongs to the newest gap that
/// named it; what comes for an older one does not count. For the applier's thread.
final class Undone {
  private static final class Gap {
    final BitSet chunks;
    boolean ended;

    Gap(BitSet chunks, boolean ended) {
      this.chunks = chunks;
      this.ended = ended;
    }
  }

  private final TreeMap<Long, Gap> gaps = new TreeMap<>();

  /// Bytes of a chunk, from its start, that BASE of its gap has brought.
  private final Map<Integer, Integer> covered = new HashMap<>();

  private int count;

  Undone(List<OpenGap> gaps) {
    for (OpenGap gap : gaps) {
      this.gaps.put(gap.gap(), new Gap(gap.chunks().toBitSet(), gap.ended()));
      gap.covered().forEach(part -> covered.put(part.chunk(), part.bytes()));
    }
    recount();
  }

  /// GAP, or EPOCH that opens one.
  void open(long name, ChunkSet chunks) {
    BitSet bits = chunks.toBitSet();
    gaps.values().forEach(older -> older.chunks.andNot(bits));
    gaps.values().removeIf(older -> older.chunks.isEmpty());
    covered.keySet().removeIf(bits::get);
    if (!bits.isEmpty()) {
      gaps.put(name, new Gap(bits, false));
    }
    recount();
  }

  private void recount() {
    count = gaps.values().stream().mapToInt(gap -> gap.chunks.cardinality()).sum();
  }

  /// BASE. Its pieces come in ascending order and without a seam; anything else brings nothing
  /// nearer, and the chunk is left over in the end.
  ///
  /// @param from where the piece starts, in bytes from the chunk's start
  /// @param chunkLength of the whole chunk
  void base(long name, int chunk, int from, int length, int chunkLength) {
    Gap gap = gaps.get(name);
    if (gap == null || !gap.chunks.get(chunk)) {
      return;
    }
    int before = from == 0 ? 0 : covered.getOrDefault(chunk, 0);
    if (before != from) {
      covered.remove(chunk);
    } else if (from + length == chunkLength) {
      done(chunk);
    } else {
      covered.put(chunk, from + length);
    }
  }

  /// The chunk holds what the source held at this point.
  void done(int chunk) {
    for (var gap : gaps.entrySet()) {
      BitSet chunks = gap.getValue().chunks;
      if (chunks.get(chunk)) {
        chunks.clear(chunk);
        covered.remove(chunk);
        count--;
        if (chunks.isEmpty()) {
          gaps.remove(gap.getKey());
        }
        return;
      }
    }
  }

  /// WHOLE.
  void end(long name) {
    Gap gap = gaps.get(name);
    if (gap != null) {
      gap.ended = true;
    }
  }

  boolean contains(int chunk) {
    return gaps.values().stream().anyMatch(gap -> gap.chunks.get(chunk));
  }

  int count() {
    return count;
  }

  ChunkSet all() {
    var all = new BitSet();
    gaps.values().forEach(gap -> all.or(gap.chunks));
    return ChunkSet.of(all);
  }

  /// The chunks that a gap's end has left over.
  ChunkSet leftOver() {
    var left = new BitSet();
    gaps.values().stream().filter(gap -> gap.ended).forEach(gap -> left.or(gap.chunks));
    return ChunkSet.of(left);
  }

  List<OpenGap> snapshot() {
    var list = new ArrayList<OpenGap>();
    gaps.forEach((name, gap) -> {
      var parts = new ArrayList<OpenGap.Covered>();
      covered.forEach((chunk, bytes) -> {
        if (gap.chunks.get(chunk)) {
          parts.add(new OpenGap.Covered(chunk, bytes));
        }
      });
      list.add(new OpenGap(name, gap.ended, ChunkSet.of(gap.chunks), parts));
    });
    return list;
  }
}
