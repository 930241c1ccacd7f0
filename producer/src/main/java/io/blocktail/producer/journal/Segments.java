package io.blocktail.producer.journal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The segments in use, and how a journal gets another one and gives one back.
final class Segments implements AutoCloseable {
  private final JournalSettings settings;
  private final Spares spares;

  /// By first sequence; guarded by this.
  private final TreeMap<Long, Segment> inUse = new TreeMap<>();

  /// Held while the next segment's file is made ready, and before `this`.
  private final Object ahead = new Object();

  /// The next segment's file, which has its name already: to make a name durable can take long on a
  /// busy disk, and no writer should wait for it. Written with `ahead` held.
  private volatile Spares.@Nullable Spare upcoming;

  private boolean closed;

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
    var header =
        new SegmentHeader(
            settings.volume(), number, firstSequence, incarnation, settings.segmentBytes());
    spares.hurry();
    synchronized (ahead) {
      Spares.Spare named = upcoming;
      upcoming = null;
      if (named == null) {
        named = name(spares.take(), number);
      }
      spares.calm();
      named.file().write(header.encode(), 0);
      var segment = new Segment(header, named.name(), named.file());
      synchronized (this) {
        inUse.put(firstSequence, segment);
      }
      return segment;
    }
  }

  /// Makes the next segment's file ready, if there may be another one. A restart that finds it sees
  /// by its header that it was not begun.
  void prepare() throws IOException {
    synchronized (ahead) {
      if (!closed && upcoming == null && inUse() < settings.mostSegments()) {
        upcoming = name(spares.take(), current().number() + 1);
      }
    }
  }

  private Spares.Spare name(Spares.Spare spare, long number) throws IOException {
    String name = Segment.nameOf(number);
    settings.disk().rename(spare.name(), name);
    return new Spares.Spare(name, spare.file());
  }

  private synchronized int inUse() {
    return inUse.size();
  }

  /// Gives back the segments whose records are all below the sequence, the oldest first; never the
  /// current one. As long as the journal is at most half full and nobody waits for room the newest
  /// of them is kept, so that what a stream loses at its end can be sent again.
  ///
  /// @param bound gives the sequence. It is asked while nobody can begin to read, so that a reader
  ///   that is opened after the bound went down finds what it counts on
  /// @param redo number of the segment that a restart opens first. It may hold none of the records
  ///   to be redone, when the redo point is at its very end and the next one has begun since
  /// @param all whether to keep none of them, since writers wait
  /// @return whether there were any
  boolean free(LongSupplier bound, long redo, boolean all) throws IOException {
    List<Segment> unneeded = new ArrayList<>();
    synchronized (this) {
      long below = bound.getAsLong();
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
      discard(segment);
    }
    return !unneeded.isEmpty();
  }

  /// Puts a segment that is not part of the log out of the way, to be used again if it may be.
  void discard(Segment segment) throws IOException {
    int files = inUse() + (upcoming == null ? 0 : 1) + spares.count();
    spares.give(segment, files < settings.mostSegments());
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
    spares.hurry();
    synchronized (ahead) {
      closed = true;
      Spares.Spare named = upcoming;
      if (named != null) {
        named.file().close();
      }
    }
    spares.close();
    synchronized (this) {
      for (Segment segment : inUse.values()) {
        segment.file().close();
      }
    }
  }
}
