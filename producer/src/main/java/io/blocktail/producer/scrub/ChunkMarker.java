package io.blocktail.producer.scrub;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.producer.capture.CapturingDevice;
import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.capture.ChunkRecords;
import io.blocktail.producer.capture.ChunkRecords.Verdict;
import io.blocktail.producer.capture.SourceVolume;
import java.io.IOException;
import java.util.Optional;

/// Hashes a chunk and puts a marker with the digest into the history, so that the marker stands at
/// a point where the chunk held just what was hashed. Writers wait for that only when they leave
/// the chunk no peace.
final class ChunkMarker {
  /// How often a chunk is hashed without a lock before writers are made to wait.
  private static final int TRIES = 3;

  private final SourceVolume volume;
  private final CapturingDevice device;
  private final ChunkRecords records;
  private final ChunkHasher hasher;

  /// What a chunk was found to hold.
  ///
  /// @param rotted its content is not what was written: the digest accuses the source
  record Outcome(Marked marked, boolean rotted) {}

  ChunkMarker(SourceVolume volume) {
    this.volume = volume;
    this.device = volume.device();
    this.records = volume.chunks();
    this.hasher = new ChunkHasher(volume.ownership().geometry());
  }

  Outcome mark(int chunk, String origin) throws IOException {
    Marked marked = markChunk(chunk, origin);
    Verdict verdict =
        records.digested(chunk, marked.lastChange(), marked.digest(), marked.sequence());
    return new Outcome(marked, verdict == Verdict.ROTTED || records.rotted(chunk));
  }

  private Marked markChunk(int chunk, String origin) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      int counter = device.writeCounter(chunk);
      if ((counter & 1) != 0) {
        continue;
      }
      hasher.adopt(volume.ownership().geometry());
      Digest digest = hasher.hash(chunk, device::readStored);
      Optional<Marked> marked = device.markIfUnmoved(chunk, counter, digest, origin);
      if (marked.isPresent()) {
        return marked.get();
      }
    }
    return device.markLocked(chunk, hasher, origin);
  }
}
