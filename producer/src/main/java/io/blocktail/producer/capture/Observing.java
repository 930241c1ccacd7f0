package io.blocktail.producer.capture;

import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Ownership;
import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.journal.Appended;
import io.blocktail.producer.journal.Journal;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;

/// Brings into the history what was seen of a volume that somebody else writes. Nothing is ever
/// written to its device: here the history follows the device, not the device the history.
///
/// What the targets get of a chunk, and the marker that tells its digest, come from one reading of
/// it, so that they agree with each other whatever the device holds by then. And since one target
/// must not get what the others have not, a chunk is sent again only as long as it is what the
/// history says. Safe for many threads.
public final class Observing {
  private final Ownership ownership;
  private final Journal journal;
  private final ChunkRecords records;
  private final DirtyMap dirty;
  private final ChunkLocks locks;
  private final Fitness fitness;
  private final IntConsumer moved;

  Observing(
      Ownership ownership,
      Journal journal,
      ChunkRecords records,
      DirtyMap dirty,
      ChunkLocks locks,
      Fitness fitness,
      IntConsumer moved) {
    this.ownership = ownership;
    this.journal = journal;
    this.records = records;
    this.dirty = dirty;
    this.locks = locks;
    this.fitness = fitness;
    this.moved = moved;
  }

  /// What the history says of a chunk.
  public KnownChunk known(int chunk) {
    KnownChunk known = records.known(chunk);
    return dirty.contains(chunk) ? new KnownChunk(known.lastChange(), known.digest(), true) : known;
  }

  /// Opens a gap for all targets. BASE in it makes chunks clean, if no gap is opened meanwhile
  /// because the stream lacks something.
  ///
  /// @return its name
  public long open(ChunkSet chunks, String origin) throws IOException {
    fitness.check();
    long bytes = chunks.runs().size() * 20L + io.blocktail.event.EventCodec.MAX_TEXT;
    try (var _ = journal.reserve(1, CapturingDevice.textBytes(origin), bytes)) {
      long name = append(new Body.Gap(null, chunks, ownership), origin);
      dirty.opened(name);
      return name;
    }
  }

  /// Brings what was seen of a chunk, and its marker.
  ///
  /// @param known what the history was found to say of it; what is new was judged by that
  /// @param news what makes it what was seen: WRITE and ZERO, or BASE of the whole chunk, or
  ///   nothing
  /// @param digest of what was seen
  /// @return empty when the history says something else of the chunk by now; nothing is appended
  public Optional<Marked> bring(
      int chunk, KnownChunk known, List<? extends Body.Content> news, Digest digest, String origin)
      throws IOException {
    fitness.check();
    long bytes = news.stream().mapToLong(one -> one.content() == null ? 0 : one.length()).sum();
    int texts = CapturingDevice.textBytes(CapturingDevice.checked(origin));
    try (var _ = journal.reserve(news.size() + 1, texts, bytes)) {
      locks.lock(chunk);
      try {
        if (!known(chunk).equals(known)) {
          return Optional.empty();
        }
        if (!news.isEmpty()) {
          bring(chunk, news, digest, origin);
        }
        return Optional.of(mark(chunk, digest, origin));
      } finally {
        locks.unlock(chunk);
      }
    }
  }

  private void bring(int chunk, List<? extends Body.Content> news, Digest digest, String origin)
      throws IOException {
    List<Body> bodies = List.copyOf(news);
    Appended appended = journal.append(bodies, origin);
    if (bodies.getFirst() instanceof Body.Base base) {
      records.based(chunk, appended.last(), digest);
      dirty.based(chunk, base.gap(), appended.last());
    } else {
      records.changed(bodies, appended.first());
    }
    journal.applied(appended);
  }

  private Marked mark(int chunk, Digest digest, String origin) throws IOException {
    Geometry geometry = ownership.geometry();
    long lastChange = records.lastChange(chunk);
    var marker =
        new Body.Marker(
            geometry.chunkOffset(chunk), geometry.chunkLength(chunk), digest, lastChange);
    long sequence = append(marker, origin);
    var _ = records.digested(chunk, lastChange, digest, sequence);
    return new Marked(sequence, digest, lastChange);
  }

  private long append(Body body, String origin) throws IOException {
    Appended appended = journal.append(List.of(body), origin);
    journal.applied(appended);
    return appended.first();
  }

  /// @throws MovedOn when the chunk, read under its lock, is not what the history says
  void refuseNews(int chunk, Digest digest) throws MovedOn {
    if (!digest.equals(known(chunk).digest())) {
      moved.accept(chunk);
      throw new MovedOn(
          "chunk %d is not what it was when it was last scanned: the next scan brings it to all"
              .formatted(chunk));
    }
  }
}
