package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts a chunk's content into BASE events: runs of blocks that are all zeros carry no data, so
/// that holes stay holes.
public final class BasePieces {
  private static final byte[] ZEROS = new byte[Geometry.BLOCK];

  private BasePieces() {}

  /// The most pieces of a chunk: every other block is zeros.
  static int most(int chunkLength) {
    return chunkLength / Geometry.BLOCK;
  }

  /// @param length of the chunk, which stands at the start of `content`
  /// @param offset of the chunk
  public static List<Body> of(
      byte[] content, int length, long offset, long gap, @Nullable TargetName target) {
    var pieces = new ArrayList<Body>();
    for (int from = 0; from < length; ) {
      boolean zeros = isZeros(content, from);
      int end = from + Geometry.BLOCK;
      while (end < length
          && isZeros(content, end) == zeros
          && (zeros || end - from < Geometry.MAX_CHANGE)) {
        end += Geometry.BLOCK;
      }
      ByteBuffer data = zeros ? null : ByteBuffer.wrap(content, from, end - from).slice();
      pieces.add(new Body.Base(gap, target, offset + from, end - from, data));
      from = end;
    }
    return pieces;
  }

  /// Whether the block that begins there is all zeros.
  public static boolean isZeros(byte[] content, int from) {
    return Arrays.equals(content, from, from + Geometry.BLOCK, ZEROS, 0, Geometry.BLOCK);
  }
}
