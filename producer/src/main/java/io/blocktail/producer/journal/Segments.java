package io.blocktail.producer.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The segments in use, and how a journal gets another one and gives one back.
final class Segments implements AutoCloseable {
  private final JournalSettings settings;
  private final Spares spares;

  /// By first sequence; guarded by this.
  private final TreeMap<Long, Segment> inUse = new TreeMap<>();

  Segments(JournalSettings settings) {
    this.settings = settings;
    this.spares = new Spares(settings.disk(), settings.segmentBytes());
  }

  /// Starts with what recovery has found.
  void load(Collection<Segment> found) throws IOException {
    spares.load();
    synchronized (this) {
      found.forEach(segment -> inUse.put(segment.firstSequence(), segment));
    }
  }

  synchronized Segment current() {
    return inUse.lastEntry().getValue();
  }

  /// The lowest sequence that is kept.
  synchronized long lowest() {
    return inUse.firstKey();
  }

  synchronized Segment containing(long sequence) throws SequenceNotRetained {
    Map.Entry<Long, Segment> entry = inUse.floorEntry(sequence);
    if (entry == null) {
      throw new SequenceNotRetained(sequence, lowest());
    }
    return entry.getValue();
  }

  synchronized @Nullable Segment after(Segment segment) {
    Map.Entry<Long, Segment> entry = inUse.higherEntry(segment.firstSequence());
    return entry == null ? null : entry.getValue();
  }

  /// Begins the segment after the current one. Its name is durable when this returns, its header
  /// with the first force.
  Segment begin(long number, long firstSequence, int incarnation) throws IOException {
    Spares.Spare spare = spares.take();
    var header =
        new SegmentHeader(
            settings.volume(), number, firstSequence, incarnation, settings.segmentBytes());
    spare.file().write(header.encode(), 0);
    String name = Segment.nameOf(number);
    settings.disk().rename(spare.name(), name);
    var segment = new Segment(header, name, spare.file());
    synchronized (this) {
      inUse.put(firstSequence, segment);
    }
    return segment;
  }

  /// Prepares a segment if there is none and there may be another one.
  void prepare() throws IOException {
    if (inUse() < settings.mostSegments()) {
      spares.prepare();
    }
  }

  boolean needsSpare() {
    return spares.count() == 0 && inUse() < settings.mostSegments();
  }

  private synchronized int inUse() {
    return inUse.size();
  }

  /// Gives back the segments whose records are all below the sequence, the oldest first; never the
  /// current one. As long as the journal is at most half full and nobody waits for room the newest
  /// of them is kept, so that what a stream loses at its end can be sent again.
  ///
  /// @param redo number of the segment that a restart opens first. It may hold none of the records
  ///   to be redone, when the redo point is at its very end and the next one has begun since
  /// @param all whether to keep none of them, since writers wait
  /// @return whether there were any
  boolean free(long below, long redo, boolean all) throws IOException {
    List<Segment> unneeded = new ArrayList<>();
    synchronized (this) {
      for (Segment segment : inUse.values()) {
        Map.Entry<Long, Segment> next = inUse.higherEntry(segment.firstSequence());
        if (next == null || next.getKey() > below || segment.number() >= redo) {
          break;
        }
        unneeded.add(segment);
      }
      if (!all && inUse.size() * 2 <= settings.mostSegments() && !unneeded.isEmpty()) {
        unneeded.removeLast();
      }
      unneeded.forEach(segment -> inUse.remove(segment.firstSequence()));
    }
    for (Segment segment : unneeded) {
      spares.give(segment, inUse() + spares.count() < settings.mostSegments());
    }
    return !unneeded.isEmpty();
  }

  /// Puts a segment that is not part of the log out of the way.
  void discard(Segment segment) throws IOException {
    spares.give(segment, inUse() + spares.count() < settings.mostSegments());
  }

  synchronized boolean isEmpty() {
    return inUse.isEmpty();
  }

  /// Whether the oldest segment's records are all below the sequence.
  synchronized boolean couldFree(long below) {
    Long second = inUse.higherKey(inUse.firstKey());
    return second != null && second <= below;
  }

  synchronized long bytes() {
    return inUse.values().stream().mapToLong(Segment::size).sum();
  }

  @Override
  public void close() throws IOException {
    spares.close();
    synchronized (this) {
      for (Segment segment : inUse.values()) {
        segment.file().close();
      }
    }
  }
}
