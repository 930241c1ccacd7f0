package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/// Pieces that are journaled in one write, under the locks of all their chunks. Bounded, so that no
/// request takes many locks or much memory.
final class Group {
  static final int MAX_PIECES = 128;
  static final int MAX_DATA = 1 << 20;

  private final Geometry geometry;
  private final List<Piece> pieces = new ArrayList<>();
  private final int[] chunks = new int[MAX_PIECES];
  private int chunkCount;

  /// Indexes of the changes that zero a range and keep its space.
  private final BitSet filled = new BitSet();

  private int dataBytes;

  Group(Geometry geometry) {
    this.geometry = geometry;
  }

  /// Adds the piece, if there is room, and unless it would read a block that the group changes.
  boolean add(Piece piece) {
    boolean fits =
        pieces.size() < MAX_PIECES
            && dataBytes + piece.dataBytes() <= MAX_DATA
            && !(piece.isPartOfBlock() && touches(piece));
    if (fits) {
      pieces.add(piece);
      dataBytes += piece.dataBytes();
      addChunk(geometry.chunkAt(piece.start()));
    }
    return fits;
  }

  private boolean touches(Piece piece) {
    for (Piece other : pieces) {
      if (other.start() < piece.end() && piece.start() < other.end()) {
        return true;
      }
    }
    return false;
  }

  private void addChunk(int chunk) {
    for (int i = chunkCount - 1; i >= 0; i--) {
      if (chunks[i] == chunk) {
        return;
      }
    }
    chunks[chunkCount++] = chunk;
  }

  int size() {
    return pieces.size();
  }

  int dataBytes() {
    return dataBytes;
  }

  /// Distinct, the first [#chunkCount] entries.
  int[] chunks() {
    return chunks;
  }

  int chunkCount() {
    return chunkCount;
  }

  /// The changes, in order; called under the locks. A request of which a block cannot be read
  /// fails, and what the group has of it from there on is left out.
  ///
  /// @param records say which chunks have rotted: what the rest of a block holds there is nobody's
  ///   write, and must not get into the history
  List<Body> bodies(BlockDevice device, ChunkRecords records) {
    var bodies = new ArrayList<Body>(pieces.size());
    for (Piece piece : pieces) {
      if (piece.request().failure() == null) {
        try {
          if (piece.isPartOfBlock() && records.rotted(geometry.chunkAt(piece.start()))) {
            throw new IOException(
                "the chunk at offset %d of %s has rotted: write whole blocks of 4096 bytes to it"
                    .formatted(piece.start(), device));
          }
          filled.set(bodies.size(), piece.request().keepsSpace());
          bodies.add(piece.body(device));
        } catch (IOException e) {
          piece.request().fail(e);
        }
      }
    }
    return bodies;
  }

  /// Whether the change of that index, as [#bodies] gave it, must not give space back.
  boolean keepsSpace(int change) {
    return filled.get(change);
  }

  void fail(IOException e) {
    for (Piece piece : pieces) {
      piece.request().fail(e);
    }
  }
}
