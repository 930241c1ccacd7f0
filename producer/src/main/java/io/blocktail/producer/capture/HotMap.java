package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.BitSet;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/// The regions of the volume that may have writes which no force of the journal has covered. A
/// power loss may take those from the journal and leave them on the device: of these regions nobody
/// knows then what they hold. A region is marked, durably, before its first write, and stays marked
/// as long as it is in use, so that a mark is rare.
///
/// Safe for many threads. A write [#enter]s its regions before it touches the device, and leaves
/// them after. Who asks for [#candidates] and then forces the journal may [#cool] those that were
/// not written in between: what they hold is redone from the journal.
final class HotMap implements AutoCloseable {
  static final String NAME = "hot";

  /// Size of a region in bytes, for chunks that are not larger.
  static final int REGION = 64 << 20;

  /// The state of a region: two flags, and how many writes are in it.
  private static final int HOT = 1 << 31;

  private static final int TOUCHED = 1 << 30;

  private Geometry geometry;
  private final int chunksPerRegion;
  private final BitFile file;
  private volatile AtomicIntegerArray regions;

  /// What the file says; guarded by this, as is `failure`.
  private final BitSet marked;

  private @Nullable IOException failure;

  private HotMap(Geometry geometry, BitFile file, BitSet marked) {
    this.geometry = geometry;
    this.chunksPerRegion = chunksPerRegion(geometry);
    this.file = file;
    this.marked = marked;
    this.regions = new AtomicIntegerArray(regions(geometry));
    marked.stream().forEach(region -> regions.set(region, HOT));
  }

  private static int chunksPerRegion(Geometry geometry) {
    return Math.max(1, REGION / geometry.chunkSize());
  }

  private static int regions(Geometry geometry) {
    return Math.ceilDiv(geometry.chunks(), chunksPerRegion(geometry));
  }

  /// Makes the file of a new volume. Durable when this returns.
  static void create(Disk disk, UUID volume, Geometry geometry) throws IOException {
    BitFile.create(disk, NAME, volume, regions(geometry), new BitSet());
  }

  static HotMap open(Disk disk, UUID volume, Geometry geometry) throws IOException {
    BitFile file = BitFile.open(disk, NAME, volume, regions(geometry));
    try {
      return new HotMap(geometry, file, file.load());
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// The volume has grown. Nobody is between [#enter] and [#leave]. Durable when this returns, and
  /// can be done again.
  synchronized void grow(Geometry grown) throws IOException {
    file.grow(regions(grown));
    var more = new AtomicIntegerArray(regions(grown));
    for (int region = 0; region < regions.length(); region++) {
      more.set(region, regions.get(region));
    }
    geometry = grown;
    regions = more;
  }

  /// The chunks of the marked regions.
  synchronized BitSet chunks() {
    var chunks = new BitSet();
    marked.stream()
        .forEach(region ->
            chunks.set(
                region * chunksPerRegion,
                Math.min(geometry.chunks(), (region + 1) * chunksPerRegion)));
    return chunks;
  }

  /// Before the device is written: durably marks the chunks' regions that are not marked yet.
  ///
  /// @param chunks the first `count` entries
  /// @throws IOException when the map cannot be written; the regions were not entered
  void enter(int[] chunks, int count) throws IOException {
    boolean cold = false;
    for (int i = 0; i < count; i++) {
      int region = chunks[i] / chunksPerRegion;
      int before = regions.getAndIncrement(region);
      cold |= (before & HOT) == 0;
      if ((before & TOUCHED) == 0) {
        regions.getAndUpdate(region, state -> state | TOUCHED);
      }
    }
    if (cold) {
      try {
        mark(chunks, count);
      } catch (IOException e) {
        leave(chunks, count);
        throw e;
      }
    }
  }

  private synchronized void mark(int[] chunks, int count) throws IOException {
    var sectors = new BitSet();
    for (int i = 0; i < count; i++) {
      int region = chunks[i] / chunksPerRegion;
      if (!marked.get(region)) {
        marked.set(region);
        sectors.set(BitFile.sectorOf(region));
      }
    }
    if (!sectors.isEmpty()) {
      write(sectors, true);
    }
    for (int i = 0; i < count; i++) {
      regions.getAndUpdate(chunks[i] / chunksPerRegion, state -> state | HOT);
    }
  }

  private void write(BitSet sectors, boolean force) throws IOException {
    if (failure != null) {
      throw new IOException(failure.getMessage(), failure);
    }
    try {
      file.write(marked, sectors);
      if (force) {
        file.force();
      }
    } catch (IOException e) {
      failure = e;
      throw e;
    }
  }

  /// After the device was written.
  void leave(int[] chunks, int count) {
    for (int i = 0; i < count; i++) {
      regions.getAndDecrement(chunks[i] / chunksPerRegion);
    }
  }

  /// The regions that may be cooled once what is in the journal by now is forced: those without a
  /// write since this was asked last.
  ///
  /// @param all whether also those that were written since, because the volume is not used any more
  BitSet candidates(boolean all) {
    var candidates = new BitSet();
    for (int region = 0; region < regions.length(); region++) {
      int state = regions.get(region);
      if (state == HOT || (all && state == (HOT | TOUCHED))) {
        candidates.set(region);
      }
      if (state == (HOT | TOUCHED)) {
        regions.compareAndSet(region, state, HOT);
      }
    }
    return candidates;
  }

  /// Unmarks those of the regions that have not been written since they were [#candidates]. A power
  /// loss may bring the marks back.
  synchronized void cool(BitSet candidates) throws IOException {
    var sectors = new BitSet();
    for (int region = candidates.nextSetBit(0);
        region >= 0;
        region = candidates.nextSetBit(region + 1)) {
      if (regions.compareAndSet(region, HOT, 0)) {
        marked.clear(region);
        sectors.set(BitFile.sectorOf(region));
      }
    }
    if (!sectors.isEmpty()) {
      write(sectors, false);
    }
  }

  /// Durably, so that a clean end leaves no mark.
  @Override
  public synchronized void close() throws IOException {
    try (file) {
      file.force();
    }
  }
}
