package io.blocktail.producer.capture;

import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.producer.journal.Journal;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/// What the source remembers of each chunk: the sequence of its last change, and what it hashed to
/// since. The same last change with another digest means that the source's medium has rotted. Safe
/// for many threads; who changes a chunk's record holds the chunk's lock, except for digests.
public final class ChunkRecords implements AutoCloseable {
  /// What a digest says about a chunk.
  public enum Verdict {
    /// The first one since the chunk's last change: remembered.
    FIRST,
    /// What it was before.
    SAME,
    /// The chunk was changed since it was hashed: nothing is learnt.
    OUTDATED,
    /// Without a change in the history the content is another one.
    ROTTED
  }

  private static final int DIGEST = 1;
  private static final int ROTTED = 2;

  /// The chunk may have been changed past the journal: no digest of it is remembered. Not stored.
  private static final int DIRTY = 4;

  private Geometry geometry;
  private final ChunkRecordFile file;
  private long[] lastChange;
  private long[] high;
  private long[] low;

  /// Sequence of the marker or BASE that told the digest: it counts only once that is forced.
  private long[] marker;

  private byte[] flags;

  /// Pages of the file that are to be written.
  private final BitSet dirty = new BitSet();

  /// Of rotten chunks, the blocks that were written since: with all of them the rot is gone.
  private final Map<Integer, BitSet> rewritten = new HashMap<>();

  ChunkRecords(Geometry geometry, ChunkRecordFile file) {
    this.geometry = geometry;
    this.file = file;
    int chunks = geometry.chunks();
    lastChange = new long[chunks];
    high = new long[chunks];
    low = new long[chunks];
    marker = new long[chunks];
    flags = new byte[chunks];
  }

  /// Reads what was stored.
  ///
  /// @param latest no change can be later; stands in for the last change of a chunk whose record is
  ///   damaged
  /// @return how many records were damaged
  synchronized int load(long latest) throws IOException {
    int damaged = 0;
    for (int chunk = 0; chunk < flags.length; chunk++) {
      ByteBuffer entry = file.read(chunk);
      if (entry == null) {
        lastChange[chunk] = latest;
        dirty.set(ChunkRecordFile.page(chunk));
        damaged++;
      } else {
        lastChange[chunk] = entry.getLong();
        high[chunk] = entry.getLong();
        low[chunk] = entry.getLong();
        flags[chunk] = (byte) entry.getInt();
      }
    }
    return damaged;
  }

  /// Stores the records of a volume that has no history yet.
  void storeNew() throws IOException {
    for (int page = 0; page <= ChunkRecordFile.page(flags.length - 1); page++) {
      ByteBuffer bytes = ChunkRecordFile.newPage();
      encode(page, bytes, 0);
      file.write(page, bytes.flip());
    }
    file.force();
  }

  /// Sequence of the chunk's last change or BASE, 0 if it had none.
  public synchronized long lastChange(int chunk) {
    return lastChange[chunk];
  }

  public synchronized boolean rotted(int chunk) {
    return (flags[chunk] & ROTTED) != 0;
  }

  /// How many chunks are known to be rotten.
  public synchronized int rottedChunks() {
    int count = 0;
    for (byte flag : flags) {
      count += (flag & ROTTED) != 0 ? 1 : 0;
    }
    return count;
  }

  /// What the history says of the chunk.
  synchronized KnownChunk known(int chunk) {
    return new KnownChunk(
        lastChange[chunk],
        (flags[chunk] & DIGEST) == 0 ? null : new Digest(high[chunk], low[chunk]),
        (flags[chunk] & DIRTY) != 0);
  }

  /// Judges a digest that was taken of the chunk as it is since `lastChange`, and remembers it.
  ///
  /// @param marker sequence of its marker
  public synchronized Verdict digested(int chunk, long lastChange, Digest digest, long marker) {
    if (this.lastChange[chunk] != lastChange || (flags[chunk] & DIRTY) != 0) {
      return Verdict.OUTDATED;
    }
    if ((flags[chunk] & DIGEST) != 0) {
      boolean same = high[chunk] == digest.high() && low[chunk] == digest.low();
      setRotted(chunk, !same);
      return same ? Verdict.SAME : Verdict.ROTTED;
    }
    if ((flags[chunk] & ROTTED) != 0) {
      return Verdict.ROTTED;
    }
    remember(chunk, digest, marker);
    return Verdict.FIRST;
  }

  /// Says what the chunk, read under its lock, hashes to now.
  ///
  /// @return whether it is rotten
  synchronized boolean isRotten(int chunk, Digest digest) {
    if ((flags[chunk] & DIGEST) != 0) {
      setRotted(chunk, high[chunk] != digest.high() || low[chunk] != digest.low());
    }
    return (flags[chunk] & ROTTED) != 0;
  }

  /// The chunk's content was appended as BASE.
  ///
  /// @param sequence of the last of them
  synchronized void based(int chunk, long sequence, Digest digest) {
    lastChange[chunk] = sequence;
    flags[chunk] &= ~DIRTY;
    remember(chunk, digest, sequence);
  }

  /// Changes were appended, one behind the other.
  synchronized void changed(List<Body> changes, long first) {
    long sequence = first;
    for (Body body : changes) {
      if (body instanceof Body.Content change) {
        changed(change, sequence);
      }
      sequence++;
    }
  }

  /// A change was appended, or is redone: what was known of the chunk's digest is void.
  synchronized void changed(Body.Content change, long sequence) {
    int chunk = geometry.chunkAt(change.offset());
    lastChange[chunk] = sequence;
    flags[chunk] &= ~DIGEST;
    dirty.set(ChunkRecordFile.page(chunk));
    if ((flags[chunk] & ROTTED) != 0) {
      rewrite(chunk, change);
    }
  }

  /// The volume has grown: of its last chunk, which may be longer now, no digest is known any more,
  /// and what is new counts as changed. Who calls this holds the locks of all chunks.
  ///
  /// @param sequence of the event that says so
  synchronized void grow(Geometry grown, long sequence) {
    int before = geometry.chunks();
    int last = before - 1;
    int first = geometry.chunkLength(last) < grown.chunkLength(last) ? last : before;
    int chunks = grown.chunks();
    geometry = grown;
    lastChange = Arrays.copyOf(lastChange, chunks);
    high = Arrays.copyOf(high, chunks);
    low = Arrays.copyOf(low, chunks);
    marker = Arrays.copyOf(marker, chunks);
    flags = Arrays.copyOf(flags, chunks);
    for (int chunk = first; chunk < chunks; chunk++) {
      lastChange[chunk] = sequence;
      flags[chunk] &= ~DIGEST;
      dirty.set(ChunkRecordFile.page(chunk));
    }
  }

  /// Stores what [#grow] has changed. Durable when this returns.
  void storeGrown(UUID volume, Journal journal) throws IOException {
    store(journal);
    file.grow(volume, geometry.chunks());
  }

  /// The chunk may hold, until it is appended as BASE, what the history does not have.
  synchronized void dirtied(int chunk) {
    flags[chunk] = (byte) (flags[chunk] & ~DIGEST | DIRTY);
    dirty.set(ChunkRecordFile.page(chunk));
  }

  /// Whether the chunk may have been changed after the sequence.
  public synchronized boolean changedSince(int chunk, long sequence) {
    return lastChange[chunk] > sequence || (flags[chunk] & DIRTY) != 0;
  }

  private void rewrite(int chunk, Body.Content change) {
    int blocks = geometry.chunkLength(chunk) / Geometry.BLOCK;
    int from = (int) (change.offset() - geometry.chunkOffset(chunk)) / Geometry.BLOCK;
    BitSet written = rewritten.computeIfAbsent(chunk, key -> new BitSet(blocks));
    written.set(from, from + (int) (change.length() / Geometry.BLOCK));
    if (written.cardinality() == blocks) {
      setRotted(chunk, false);
    }
  }

  private void remember(int chunk, Digest digest, long marker) {
    high[chunk] = digest.high();
    low[chunk] = digest.low();
    this.marker[chunk] = marker;
    flags[chunk] |= DIGEST;
    dirty.set(ChunkRecordFile.page(chunk));
  }

  private void setRotted(int chunk, boolean rotted) {
    boolean was = (flags[chunk] & ROTTED) != 0;
    if (was != rotted) {
      flags[chunk] ^= ROTTED;
      rewritten.remove(chunk);
      dirty.set(ChunkRecordFile.page(chunk));
    }
  }

  synchronized boolean isDirty() {
    return !dirty.isEmpty();
  }

  /// Stores what has changed, each record once the journal has forced what it says. Durable when
  /// this returns. One thread at a time.
  void store(Journal journal) throws IOException {
    for (OptionalLong page = nextDirty(0); page.isPresent(); ) {
      int number = (int) page.getAsLong();
      ByteBuffer bytes = ChunkRecordFile.newPage();
      journal.force(encode(number, bytes, journal.forced()));
      file.write(number, bytes.flip());
      page = nextDirty(number + 1);
    }
    file.force();
  }

  private synchronized OptionalLong nextDirty(int from) {
    int page = dirty.nextSetBit(from);
    return page < 0 ? OptionalLong.empty() : OptionalLong.of(page);
  }

  /// @return the highest sequence that the page speaks of
  private synchronized long encode(int page, ByteBuffer into, long forced) {
    dirty.clear(page);
    long highest = 0;
    int first = page * ChunkRecordFile.PER_PAGE;
    int end = Math.min(flags.length, first + ChunkRecordFile.PER_PAGE);
    for (int chunk = first; chunk < end; chunk++) {
      boolean digestCounts = (flags[chunk] & DIGEST) != 0 && marker[chunk] <= forced;
      int stored = flags[chunk] & (digestCounts ? ~DIRTY : ~(DIRTY | DIGEST));
      if ((stored ^ flags[chunk]) == DIGEST) {
        dirty.set(page); // again, when the marker is forced
      }
      ChunkRecordFile.encode(
          into,
          chunk,
          lastChange[chunk],
          digestCounts ? high[chunk] : 0,
          digestCounts ? low[chunk] : 0,
          stored);
      highest = Math.max(highest, lastChange[chunk]);
    }
    return highest;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
