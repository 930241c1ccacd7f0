package io.blocktail.producer.scan;

import io.blocktail.event.Body;
import io.blocktail.producer.capture.BasePieces;
import io.blocktail.producer.capture.KnownChunk;
import io.blocktail.volume.Geometry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the history lacks of a chunk that was looked at. Pure.
sealed interface News {
  /// The history says just that.
  record Nothing() implements News {}

  /// Some blocks are new.
  ///
  /// @param blocks how many
  record Blocks(List<Body.Content> changes, int blocks) implements News {}

  /// Nobody knows which blocks are new, or the history may lack the chunk altogether.
  record Whole() implements News {}

  /// @param stored the blocks' hashes as they were kept; null when there are none
  /// @param wanted whether somebody needs the whole chunk
  static News of(
      Seen seen,
      KnownChunk known,
      BlockHashes.@Nullable Page stored,
      boolean wanted,
      Geometry geometry) {
    if (wanted || known.dirty()) {
      return new Whole();
    }
    if (seen.digest().equals(known.digest())) {
      return new Nothing();
    }
    if (stored == null || !stored.isOf(known)) {
      return new Whole();
    }
    Blocks blocks = blocks(seen, stored.blocks(), geometry.chunkOffset(seen.chunk()));
    if (blocks.blocks() > 0) {
      return blocks;
    }
    // Two contents with the same hashes are as good as impossible. With a digest they are told
    // apart.
    return known.digest() == null ? new Nothing() : new Whole();
  }

  private static Blocks blocks(Seen seen, long[] before, long offset) {
    var changes = new ArrayList<Body.Content>();
    int count = 0;
    int blocks = seen.blocks().length;
    for (int first = 0; first < blocks; ) {
      if (seen.blocks()[first] == before[first]) {
        first++;
        continue;
      }
      boolean zeros = isZeros(seen, first);
      int end = first + 1;
      while (end < blocks
          && seen.blocks()[end] != before[end]
          && isZeros(seen, end) == zeros
          && (zeros || (end - first) * Geometry.BLOCK < Geometry.MAX_CHANGE)) {
        end++;
      }
      int from = first * Geometry.BLOCK;
      int length = (end - first) * Geometry.BLOCK;
      changes.add(
          zeros
              ? new Body.Zero(offset + from, length)
              : new Body.Write(
                  offset + from, ByteBuffer.wrap(seen.content(), from, length).slice()));
      count += end - first;
      first = end;
    }
    return new Blocks(List.copyOf(changes), count);
  }

  private static boolean isZeros(Seen seen, int block) {
    return BasePieces.isZeros(seen.content(), block * Geometry.BLOCK);
  }
}
