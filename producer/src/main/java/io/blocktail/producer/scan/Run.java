package io.blocktail.producer.scan;

import io.blocktail.event.Body;
import io.blocktail.producer.capture.BasePieces;
import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.capture.KnownChunk;
import io.blocktail.producer.capture.Observing;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A scan under way: brings what was seen of one chunk after the other, ascending. Its gap is
/// opened over this chunk and all behind it with the first difference; over all its chunks at once
/// when targets may have some of an earlier scan that came to no end.
final class Run {
  private final SourceVolume volume;
  private final Observing observing;
  private final BlockHashes hashes;
  private final ScanLog log;
  private final Geometry geometry;
  private final String origin;
  private final BitSet wanted;

  /// Chunks that were not looked at yet, and those that were not brought yet.
  private final BitSet unseen;

  private final BitSet unbrought;

  private Scan scan;
  private final @Nullable String stamp;

  /// @param over the chunks that it looks at
  /// @param wanted those of them that are sent whole
  /// @param stamp of the file when it began; null when there is none
  Run(
      SourceVolume volume,
      Observing observing,
      ScanFiles files,
      Scan scan,
      BitSet over,
      BitSet wanted,
      @Nullable String stamp) {
    this.volume = volume;
    this.observing = observing;
    this.hashes = files.hashes();
    this.log = files.log();
    this.geometry = volume.ownership().geometry();
    this.scan = scan;
    this.origin = "scan " + scan.id();
    this.unseen = (BitSet) over.clone();
    this.unbrought = (BitSet) over.clone();
    this.wanted = wanted;
    this.stamp = stamp;
    log.begin(scan);
  }

  Scan scan() {
    return scan;
  }

  @Nullable String stamp() {
    return stamp;
  }

  /// The chunks that were to be sent whole.
  BitSet wanted() {
    return wanted;
  }

  /// The next chunk to look at; -1 when there is none.
  int nextUnseen() {
    int chunk = unseen.nextSetBit(0);
    if (chunk >= 0) {
      unseen.clear(chunk);
    }
    return chunk;
  }

  boolean isBrought() {
    return unbrought.isEmpty();
  }

  /// Opens the gap over all that was not brought yet, if it is not open.
  void openGap() throws IOException {
    if (scan.from() == 0) {
      ChunkSet chunks = ChunkSet.of(unbrought);
      log.opening(chunks);
      scan = scan.opened(observing.open(chunks, origin));
      log.progress(scan);
    }
  }

  /// Brings what was seen, and the chunk's marker.
  Marked bring(Seen seen) throws IOException {
    int chunk = seen.chunk();
    while (true) {
      KnownChunk known = observing.known(chunk);
      BlockHashes.Page stored = hashes.read(chunk);
      News news = News.of(seen, known, stored, wanted.get(chunk), geometry);
      if (!(news instanceof News.Nothing)) {
        openGap();
      }
      List<Body.Content> changes = changes(news, seen);
      Optional<Marked> marked = observing.bring(chunk, known, changes, seen.digest(), origin);
      if (marked.isPresent()) {
        unbrought.clear(chunk);
        count(changes);
        if (!(news instanceof News.Nothing) || stored == null || !stored.isOf(known)) {
          remember(seen, marked.get());
        }
        return marked.get();
      }
    }
  }

  private List<Body.Content> changes(News news, Seen seen) {
    return switch (news) {
      case News.Nothing() -> List.of();
      case News.Blocks blocks -> blocks.changes();
      case News.Whole() -> {
        var pieces = new ArrayList<Body.Content>();
        long offset = geometry.chunkOffset(seen.chunk());
        for (Body piece : BasePieces.of(seen.content(), seen.length(), offset, scan.from(), null)) {
          pieces.add((Body.Base) piece);
        }
        yield pieces;
      }
    };
  }

  private void count(List<Body.Content> changes) {
    long blocks = 0;
    long bytes = 0;
    for (Body.Content change : changes) {
      blocks += change.length() / Geometry.BLOCK;
      bytes += change.content() == null ? 0 : change.length();
    }
    scan = scan.brought(blocks, bytes);
    log.progress(scan);
  }

  private void remember(Seen seen, Marked marked) {
    var page = new BlockHashes.Page(marked.lastChange(), seen.digest(), seen.blocks());
    hashes.remember(seen.chunk(), page, marked.sequence());
  }

  /// Ends the gap, durably.
  ///
  /// @param unquiet whether the file was written to meanwhile
  void finish(boolean unquiet, Instant now, String source) throws IOException {
    long to = volume.journal().appended();
    if (scan.from() != 0) {
      to = volume.device().append(new Body.Whole(scan.from(), null), origin);
    }
    volume.journal().force(to);
    hashes.settle(volume.journal().forced());
    scan = scan.finished(to, unquiet, now);
    log.finish(scan, source);
  }

  void fail(String reason, Instant now) throws IOException {
    scan = scan.failed(now, reason);
    log.fail(scan);
  }
}
