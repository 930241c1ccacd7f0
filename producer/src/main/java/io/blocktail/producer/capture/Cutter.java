package io.blocktail.producer.capture;

import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Cuts the changes among the requests into pieces, in their order, one at a time: a trim of a
/// whole volume is many.
final class Cutter {
  private final Geometry geometry;
  private final List<Request> requests;

  /// Index of the request that is cut now.
  private int index;

  /// How much of it was cut off.
  private long done;

  private @Nullable Piece next;

  Cutter(Geometry geometry, List<Request> requests) {
    this.geometry = geometry;
    this.requests = requests;
  }

  /// The piece that [#take] takes; null behind the last. What is left of a request that has failed
  /// is passed over.
  @Nullable Piece peek() {
    if (next != null && next.request().failure() != null) {
      next = null;
    }
    while (next == null && index < requests.size()) {
      Request request = requests.get(index);
      if (request.changes() && request.failure() == null && done < request.length()) {
        next = cut(request);
        done += next.length();
      } else {
        index++;
        done = 0;
      }
    }
    return next;
  }

  void take() {
    next = null;
  }

  private Piece cut(Request request) {
    long at = request.offset() + done;
    long left = request.length() - done;
    int inBlock = (int) (at & Geometry.BLOCK - 1);
    boolean writes = request.operation() == Request.Operation.WRITE;
    long length;
    if (inBlock != 0 || left < Geometry.BLOCK) {
      length = Math.min(left, Geometry.BLOCK - inBlock);
    } else {
      long inChunk = geometry.chunkSize() - (at & geometry.chunkSize() - 1);
      length = Math.min(Math.min(left, inChunk), writes ? Geometry.MAX_CHANGE : left);
      length &= -Geometry.BLOCK;
    }
    ByteBuffer data =
        writes ? request.data().slice(request.data().position() + (int) done, (int) length) : null;
    return new Piece(request, at, length, data);
  }
}
