package io.blocktail.consumer.apply;

import io.blocktail.volume.ChunkSet;
import java.util.List;

/// The undone chunks that belong to one gap.
///
/// @param gap its name
/// @param ended its WHOLE was read: these chunks are left over, and nobody will send them unasked
/// @param covered the chunks of which BASE has come in part
public record OpenGap(long gap, boolean ended, ChunkSet chunks, List<Covered> covered) {
  public OpenGap {
    covered = List.copyOf(covered);
  }

  /// @param bytes of the chunk, from its start, that BASE has brought
  public record Covered(int chunk, int bytes) {}
}
