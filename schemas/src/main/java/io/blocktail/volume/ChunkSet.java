package io.blocktail.volume;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/// An immutable set of chunk indexes, held as ascending runs that neither touch nor overlap.
public record ChunkSet(List<Run> runs) {
  public static final ChunkSet EMPTY = new ChunkSet(List.of());

  /// Neighbouring chunks.
  ///
  /// @param first index of the first chunk
  /// @param count how many, at least 1
  public record Run(int first, int count) {
    public Run {
      if (first < 0 || count < 1 || first > Integer.MAX_VALUE - count) {
        throw new IllegalArgumentException("not a run of chunks: " + first + "+" + count);
      }
    }

    /// The index just behind the last chunk.
    public int end() {
      return first + count;
    }

    @Override
    public String toString() {
      return count == 1 ? "" + first : first + "-" + (end() - 1);
    }
  }

  public ChunkSet {
    runs = List.copyOf(runs);
    for (int i = 1; i < runs.size(); i++) {
      if (runs.get(i).first() <= runs.get(i - 1).end()) {
        throw new IllegalArgumentException("runs of chunks out of order: " + runs);
      }
    }
  }

  public static ChunkSet of(int chunk) {
    return new ChunkSet(List.of(new Run(chunk, 1)));
  }

  /// All chunks of a volume.
  public static ChunkSet all(Geometry geometry) {
    return new ChunkSet(List.of(new Run(0, geometry.chunks())));
  }

  public static ChunkSet of(BitSet bits) {
    var runs = new ArrayList<Run>();
    for (int first = bits.nextSetBit(0); first >= 0; ) {
      int end = bits.nextClearBit(first);
      runs.add(new Run(first, end - first));
      first = bits.nextSetBit(end);
    }
    return new ChunkSet(runs);
  }

  public BitSet toBitSet() {
    var bits = new BitSet();
    runs.forEach(run -> bits.set(run.first(), run.end()));
    return bits;
  }

  public boolean isEmpty() {
    return runs.isEmpty();
  }

  public boolean contains(int chunk) {
    return runs.stream().anyMatch(run -> run.first() <= chunk && chunk < run.end());
  }

  /// Whether every index is one of a volume with so many chunks.
  public boolean fits(int chunks) {
    return runs.isEmpty() || runs.getLast().end() <= chunks;
  }

  public int count() {
    return runs.stream().mapToInt(Run::count).sum();
  }

  /// The indexes, ascending.
  public IntStream indexes() {
    return runs.stream().flatMapToInt(run -> IntStream.range(run.first(), run.end()));
  }

  public ChunkSet union(ChunkSet other) {
    var bits = toBitSet();
    bits.or(other.toBitSet());
    return of(bits);
  }

  public ChunkSet minus(ChunkSet other) {
    var bits = toBitSet();
    bits.andNot(other.toBitSet());
    return of(bits);
  }

  @Override
  public String toString() {
    return String.join(",", runs.stream().map(Run::toString).toList());
  }
}
