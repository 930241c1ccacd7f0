package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// The chunks whose content the stream may not have. Each is sent again in a gap that the volume
/// opens by itself. What is in the map survives a crash and a power loss; what has left it may come
/// back with either, which costs a chunk that is sent once more.
///
/// Safe for many threads. Who makes a chunk dirty because of a write to it, and who reads one to
/// send it, holds the chunk's lock.
final class DirtyMap implements AutoCloseable {
  static final String NAME = "dirty";

  private final BitFile file;

  /// Held while the file is written; taken before `this`.
  private final Object writing = new Object();

  /// What went wrong with the file: nothing is known of it from then on. Guarded by `writing`.
  private @Nullable IOException failure;

  /// Guarded by this, as is all that follows.
  private final BitSet chunks;

  /// Those of them that the file surely has.
  private final BitSet durable;

  /// Sectors of the file that are to be written.
  private final BitSet changed = new BitSet();

  /// The gaps that are being filled because of the map.
  private final Set<Long> gaps = new HashSet<>();

  /// Chunks that were appended in one of these gaps since they became dirty: sequence of the last
  /// event.
  private final Map<Integer, Long> sent = new HashMap<>();

  private DirtyMap(BitFile file, BitSet chunks) {
    this.file = file;
    this.chunks = chunks;
    this.durable = (BitSet) chunks.clone();
  }

  /// Makes the file of a new volume. Durable when this returns.
  ///
  /// @param content whether all chunks are dirty, since the volume starts with content
  static void create(Disk disk, UUID volume, Geometry geometry, boolean content)
      throws IOException {
    var all = new BitSet();
    all.set(0, content ? geometry.chunks() : 0);
    BitFile.create(disk, NAME, volume, geometry.chunks(), all);
  }

  static DirtyMap open(Disk disk, UUID volume, Geometry geometry) throws IOException {
    BitFile file = BitFile.open(disk, NAME, volume, geometry.chunks());
    try {
      return new DirtyMap(file, file.load());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// The volume has grown. Durable when this returns, and can be done again.
  void grow(Geometry grown) throws IOException {
    synchronized (writing) {
      file.grow(grown.chunks());
    }
  }

  synchronized boolean isEmpty() {
    return chunks.isEmpty();
  }

  synchronized int count() {
    return chunks.cardinality();
  }

  synchronized boolean contains(int chunk) {
    return chunks.get(chunk);
  }

  synchronized ChunkSet snapshot() {
    return ChunkSet.of(chunks);
  }

  /// Makes chunks dirty. Durable when this returns.
  void add(BitSet more) throws IOException {
    synchronized (this) {
      sent.keySet().removeIf(more::get);
      var unknown = (BitSet) more.clone();
      unknown.andNot(durable);
      if (unknown.isEmpty()) {
        return;
      }
      chunks.or(more);
      unknown.stream().map(BitFile::sectorOf).forEach(changed::set);
    }
    store();
  }

  /// Begins a gap over chunks of the map.
  ///
  /// @param gap its name
  synchronized void opened(long gap) {
    gaps.add(gap);
  }

  /// The gaps that were begun are not filled any more: new ones will take their place.
  synchronized void forgetGaps() {
    gaps.clear();
  }

  /// A chunk's content was appended in a gap; called under the chunk's lock.
  ///
  /// @param last sequence of the last event that carries it
  synchronized void based(int chunk, long gap, long last) {
    if (gaps.contains(gap) && chunks.get(chunk)) {
      sent.put(chunk, last);
    }
  }

  /// Lets those go whose content is durable in the journal, and was not changed past the journal
  /// since. Not durable until [#store].
  synchronized void settle(long forced) {
    sent.entrySet()
        .removeIf(entry -> {
          boolean gone = entry.getValue() <= forced;
          if (gone) {
            int chunk = entry.getKey();
            chunks.clear(chunk);
            durable.clear(chunk);
            changed.set(BitFile.sectorOf(chunk));
          }
          return gone;
        });
  }

  synchronized boolean isToBeStored() {
    return !changed.isEmpty();
  }

  /// Writes what has changed. Durable when this returns.
  void store() throws IOException {
    synchronized (writing) {
      if (failure != null) {
        throw new IOException(failure.getMessage(), failure);
      }
      BitSet content;
      BitSet sectors;
      synchronized (this) {
        content = (BitSet) chunks.clone();
        sectors = (BitSet) changed.clone();
        changed.clear();
      }
      if (sectors.isEmpty()) {
        return; // another thread has written, and forced, what this one has changed
      }
      try {
        file.write(content, sectors);
        file.force();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
      synchronized (this) {
        content.and(chunks);
        durable.or(content);
      }
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
