package io.blocktail.producer.capture;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Appended;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Captures what changes the device below: the journal has a change before the device has it, and
/// the locks of its chunks are held from before it gets its sequence until the device write is
/// done. So the order of the sequences is the order in which changes reach the device, and
/// replaying them gives what the device holds.
///
/// Order of the locks: the one of the BASE buffer; then the chunks', ascending; then the journal's.
/// Room in the journal is waited for before any of them is taken.
public final class CapturingDevice implements BlockDevice {
  /// A marker that was appended.
  ///
  /// @param lastChange sequence of the chunk's last change before it
  public record Marked(long sequence, Digest digest, long lastChange) {}

  /// Replaced with all chunks locked.
  private volatile Geometry geometry;

  private final BlockDevice device;
  private final Journal journal;
  private final ChunkRecords records;
  private final DirtyMap dirty;
  private final HotMap hot;
  private final Fitness fitness;
  private final Passage passage;
  private final ChunkLocks locks;

  /// Null where all that changes the volume comes through here.
  private volatile @Nullable Observing observing;

  /// A chunk that is read for BASE; guarded by itself.
  private final byte[] content;

  CapturingDevice(
      Geometry geometry, VolumeFiles files, Journal journal, Fitness fitness, Passage passage) {
    this.geometry = geometry;
    this.device = files.device();
    this.journal = journal;
    this.records = files.chunks();
    this.dirty = files.dirty();
    this.hot = files.hot();
    this.fitness = fitness;
    this.passage = passage;
    this.locks = new ChunkLocks(geometry.chunks());
    this.content = new byte[geometry.chunkSize()];
  }

  @Override
  public long size() {
    return geometry.size();
  }

  /// First all changes in their order, then all reads, then one force if anybody wants it.
  @Override
  public void execute(List<Request> requests, String origin) {
    boolean forces = false;
    for (Request request : requests) {
      if (!geometry.contains(request.offset(), request.length())) {
        throw new AssertionError(
            "outside of the volume: " + request.offset() + "+" + request.length());
      }
      forces |= request.durable();
    }
    change(requests, checked(origin));
    for (Request request : requests) {
      if (request.operation() == Request.Operation.READ) {
        try {
          read(request.data(), request.offset());
        } catch (IOException e) {
          request.fail(e);
        }
      }
    }
    if (forces) {
      forceFor(requests);
    }
  }

  private void forceFor(List<Request> requests) {
    try {
      force();
    } catch (IOException e) {
      for (Request request : requests) {
        if (request.durable()) {
          request.fail(e);
        }
      }
    }
  }

  private void change(List<Request> requests, String origin) {
    var cutter = new Cutter(geometry, requests);
    for (Piece piece = cutter.peek(); piece != null; piece = cutter.peek()) {
      var group = new Group(geometry);
      while (piece != null && group.add(piece)) {
        cutter.take();
        piece = cutter.peek();
      }
      try {
        capture(group, origin);
      } catch (IOException e) {
        group.fail(e);
      }
    }
  }

  private void capture(Group group, String origin) throws IOException {
    while (true) {
      fitness.check();
      if (passage.throughJournal() && journaled(group, origin)) {
        return;
      }
      if (passage.enter()) {
        try {
          pass(group);
        } finally {
          passage.leave();
        }
        return;
      }
    }
  }

  /// @return false when the journal takes nothing: then nothing was done
  private boolean journaled(Group group, String origin) throws IOException {
    try (var _ = journal.reserve(group.size(), textBytes(origin), group.dataBytes())) {
      BitSet taken = locks.beginWrite(group.chunks(), group.chunkCount());
      try {
        List<Body> changes = group.bodies(device, records);
        if (!changes.isEmpty()) {
          bringIn(group, changes, origin);
        }
        return true;
      } finally {
        locks.endWrite(group.chunks(), group.chunkCount(), taken);
      }
    } catch (JournalSuspended e) {
      return false;
    }
  }

  /// Past the journal: the dirty map has the chunks before the device is written.
  private void pass(Group group) throws IOException {
    BitSet taken = locks.beginWrite(group.chunks(), group.chunkCount());
    try {
      List<Body> changes = group.bodies(device, records);
      if (!changes.isEmpty()) {
        dirty(group);
        apply(group, changes);
      }
    } finally {
      locks.endWrite(group.chunks(), group.chunkCount(), taken);
    }
  }

  private void dirty(Group group) throws IOException {
    var chunks = new BitSet();
    for (int i = 0; i < group.chunkCount(); i++) {
      chunks.set(group.chunks()[i]);
      records.dirtied(group.chunks()[i]);
    }
    try {
      dirty.add(chunks);
    } catch (IOException e) {
      throw fitness.stop("its map of dirty chunks could not be written", e);
    }
  }

  /// Journal, then device. Whatever goes wrong in between, be it our own mistake, stops the volume:
  /// the history would have what the device has not.
  private void bringIn(Group group, List<Body> changes, String origin) throws IOException {
    heat(group);
    try {
      Appended appended = journal.append(changes, origin);
      records.changed(changes, appended.first());
      apply(group, changes);
      journal.applied(appended);
    } catch (RuntimeException | Error e) {
      fitness.stop("a change could not be carried out: " + e);
      throw e;
    } finally {
      hot.leave(group.chunks(), group.chunkCount());
    }
  }

  private void heat(Group group) throws IOException {
    try {
      hot.enter(group.chunks(), group.chunkCount());
    } catch (IOException e) {
      throw fitness.stop("its map of hot regions could not be written", e);
    }
  }

  private void apply(Group group, List<Body> changes) throws IOException {
    try {
      for (int i = 0; i < changes.size(); i++) {
        if (changes.get(i) instanceof Body.Zero zero && group.keepsSpace(i)) {
          device.fill(zero.offset(), zero.length());
        } else if (changes.get(i) instanceof Body.Content change) {
          Redo.apply(change, device);
        }
      }
    } catch (IOException e) {
      throw fitness.stop("a write to %s failed".formatted(device), e);
    }
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    fitness.check();
    device.read(into, offset);
  }

  @Override
  public void readStored(ByteBuffer into, long offset) throws IOException {
    fitness.check();
    device.readStored(into, offset);
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    fitness.check();
    return device.holeAt(offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    fitness.check();
    return device.dataAt(offset, length);
  }

  @Override
  public boolean zeroesFast() {
    return device.zeroesFast();
  }

  @Override
  public void expectRead(long offset, long length) {
    device.expectRead(offset, length);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    executeOne(new Request().write(offset, from, false));
    from.position(from.limit());
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    executeOne(new Request().zero(offset, length, false));
  }

  private void executeOne(Request request) throws IOException {
    execute(List.of(request), "local");
    IOException failure = request.failure();
    if (failure != null) {
      throw failure;
    }
  }

  /// Forces the journal: what it holds is redone into the device after a crash. As long as changes
  /// go past it, forces the device.
  @Override
  public void force() throws IOException {
    fitness.check();
    if (!passage.throughJournal() && passage.settled()) {
      forceDevice();
    } else {
      journal.force(journal.appended());
    }
  }

  private void forceDevice() throws IOException {
    try {
      device.force();
    } catch (IOException e) {
      throw fitness.stop("a force of %s failed".formatted(device), e);
    }
  }

  /// Does something to the volume as a whole while nobody holds a chunk's lock.
  void alone(Alone what) throws IOException {
    locks.lockAll();
    try {
      what.run();
    } finally {
      locks.unlockAll();
    }
  }

  interface Alone {
    void run() throws IOException;
  }

  /// The volume has grown, in all its parts. Called [#alone].
  void adopt(Geometry grown) {
    locks.grow(grown.chunks());
    geometry = grown;
  }

  /// Appends an event that touches no chunk: GAP, WHOLE, BOOKMARK.
  ///
  /// @return its sequence
  public long append(Body body, String origin) throws IOException {
    long bytes =
        switch (body) {
          case Body.Gap gap -> gap.chunks().runs().size() * 20L + EventCodec.MAX_TEXT;
          case Body.Whole _ -> 0;
          case Body.Bookmark _ -> EventCodec.MAX_TEXT;
          case Body.Epoch _, Body.Marker _, Body.Content _, Body.Grow _ ->
              throw new AssertionError("not an event to append from outside: " + body);
        };
    fitness.check();
    try (var _ = journal.reserve(1, textBytes(checked(origin)), bytes)) {
      return appendOnly(body, origin);
    }
  }

  private long appendOnly(Body body, String origin) throws IOException {
    Appended appended = journal.append(List.of(body), origin);
    journal.applied(appended);
    return appended.first();
  }

  /// Counts the chunk's writes; odd while one is in flight.
  public int writeCounter(int chunk) {
    return locks.counter(chunk);
  }

  /// Appends a marker for the digest, if the chunk was not written since its counter was read.
  ///
  /// @param counter what [#writeCounter] said before the chunk was read
  /// @return empty when the counter was odd or has moved
  public Optional<Marked> markIfUnmoved(int chunk, int counter, Digest digest, String origin)
      throws IOException {
    if ((counter & 1) != 0) {
      return Optional.empty();
    }
    fitness.check();
    try (var _ = journal.reserve(1, textBytes(checked(origin)), 0)) {
      locks.lock(chunk);
      try {
        return locks.counter(chunk) == counter
            ? Optional.of(mark(chunk, digest, origin))
            : Optional.empty();
      } finally {
        locks.unlock(chunk);
      }
    }
  }

  /// Hashes the chunk and appends its marker while no write can come in between.
  public Marked markLocked(int chunk, ChunkHasher hasher, String origin) throws IOException {
    fitness.check();
    try (var _ = journal.reserve(1, textBytes(checked(origin)), 0)) {
      locks.lock(chunk);
      try {
        hasher.adopt(geometry);
        return mark(chunk, hasher.hash(chunk, device::readStored), origin);
      } finally {
        locks.unlock(chunk);
      }
    }
  }

  private Marked mark(int chunk, Digest digest, String origin) throws IOException {
    long lastChange = records.lastChange(chunk);
    var body =
        new Body.Marker(
            geometry.chunkOffset(chunk), geometry.chunkLength(chunk), digest, lastChange);
    return new Marked(appendOnly(body, origin), digest, lastChange);
  }

  /// Appends the chunk's present content as BASE events, ascending.
  ///
  /// @param gap the gap's name
  /// @param target the one target concerned; null for all
  /// @return the last one's sequence
  /// @throws RottenChunk when the content is not what was written; nothing is appended
  public long base(int chunk, long gap, @Nullable TargetName target, String origin)
      throws IOException {
    fitness.check();
    int most = geometry.chunkSize(); // the chunk may be the volume's last, which can grow
    int texts = textBytes(checked(origin));
    try (var _ = journal.reserve(BasePieces.most(most), texts, most)) {
      synchronized (content) {
        locks.lock(chunk);
        try {
          return baseLocked(chunk, gap, target, origin);
        } finally {
          locks.unlock(chunk);
        }
      }
    }
  }

  private long baseLocked(int chunk, long gap, @Nullable TargetName target, String origin)
      throws IOException {
    int length = geometry.chunkLength(chunk);
    device.read(ByteBuffer.wrap(content, 0, length), geometry.chunkOffset(chunk));
    Digest digest = ChunkHasher.hash(chunk, content, length);
    Observing observing = this.observing;
    if (observing != null) {
      observing.refuseNews(chunk, digest);
    } else if (records.isRotten(chunk, digest)) {
      throw new RottenChunk(
          "chunk %d of %s holds what nobody has written: it is not sent".formatted(chunk, device));
    }
    List<Body> pieces = BasePieces.of(content, length, geometry.chunkOffset(chunk), gap, target);
    Appended appended = journal.append(pieces, origin);
    records.based(chunk, appended.last(), digest);
    dirty.based(chunk, gap, appended.last());
    journal.applied(appended);
    return appended.last();
  }

  /// From now on the volume is one that somebody else writes, and is looked at.
  ///
  /// @param moved told of each chunk that cannot be sent again, since it holds news
  /// @return what brings the news into the history
  public Observing observe(Ownership ownership, IntConsumer moved) {
    var observing = new Observing(ownership, journal, records, dirty, locks, fitness, moved);
    this.observing = observing;
    return observing;
  }

  static int textBytes(String origin) {
    return 3 * origin.length();
  }

  /// A longer one would be refused by every reader of the event.
  static String checked(String origin) {
    if (textBytes(origin) > EventCodec.MAX_TEXT) {
      throw new AssertionError("an origin of %d characters".formatted(origin.length()));
    }
    return origin;
  }

  /// Does nothing: the device is closed with its [SourceVolume].
  @Override
  public void close() {}

  @Override
  public String toString() {
    return device.toString();
  }
}
