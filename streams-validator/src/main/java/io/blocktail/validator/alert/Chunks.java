package io.blocktail.validator.alert;

import com.dynatrace.hash4j.hashing.HashValue128;
import com.dynatrace.hash4j.hashing.Hashing;
import io.blocktail.digest.Digest;
import io.blocktail.validator.compare.Point;
import java.util.HexFormat;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The newest verdict of every chunk, and the proofs made of them.
final class Chunks {
  /// What one more comparison changed.
  ///
  /// @param isNewest whether it is now the chunk's verdict
  /// @param gained whether its pass has a chunk more
  /// @param lost the passes that have one less, since the chunk is not equal any more
  record Judgement(boolean isNewest, boolean gained, List<Long> lost) {
    /// The counters after it.
    Passes count(Passes passes, long pass, long at, long position) {
      return passes.count(pass, gained, at, position).without(lost);
    }
  }

  private final KeyValueStore<String, ChunkVerdict> store;

  Chunks(KeyValueStore<String, ChunkVerdict> store) {
    this.store = store;
  }

  Judgement judge(
      Subject subject, int chunk, Point point, boolean equal, @Nullable Digest digest, long pass) {
    String key = subject.chunkKey(chunk);
    @Nullable ChunkVerdict before = store.get(key);
    ChunkVerdict after = ChunkVerdict.after(before, point, equal, digest, pass);
    if (!after.equals(before)) {
      store.put(key, after);
    }
    List<Long> had = before == null ? List.of() : before.passes();
    return new Judgement(
        after.position() == point.position() && after.equal() == equal,
        after.passes().contains(pass) && !had.contains(pass),
        after.equal() ? List.of() : had.stream().filter(p -> !after.passes().contains(p)).toList());
  }

  /// The proof of a pass whose chunks were all counted; null when they are not all equal, whatever
  /// was counted. Reads all of them.
  @Nullable Proof prove(
      Subject subject, Passes.Pass pass, int chunks, long startedAt, long finishedAt) {
    var root = Hashing.xxh3_128().hashStream();
    int counted = 0;
    long first = Long.MAX_VALUE;
    long last = 0;
    try (var range = store.range(subject.first(), subject.last())) {
      while (range.hasNext()) {
        ChunkVerdict verdict = range.next().value;
        if (!verdict.equal() || !verdict.passes().contains(pass.id()) || verdict.digest() == null) {
          continue;
        }
        counted++;
        first = Math.min(first, verdict.sequence());
        last = Math.max(last, verdict.sequence());
        root.putLong(verdict.digest().high()).putLong(verdict.digest().low());
      }
    }
    if (counted != chunks) {
      return null;
    }
    return new Proof(pass.id(), chunks, first, last, hex(root.get()), startedAt, finishedAt);
  }

  /// Whether the newest that is known of the chunk is no rot; of the source.
  boolean isSound(Subject source, int chunk) {
    @Nullable ChunkVerdict known = find(source, chunk);
    return known == null || known.equal();
  }

  /// The newest comparison of the chunk; null when there was none.
  @Nullable ChunkVerdict find(Subject subject, int chunk) {
    return store.get(subject.chunkKey(chunk));
  }

  private static String hex(HashValue128 value) {
    var digits = HexFormat.of();
    return digits.toHexDigits(value.getMostSignificantBits())
        + digits.toHexDigits(value.getLeastSignificantBits());
  }

  void forget(Subject subject) {
    Stores.deleteAll(store, subject);
  }
}
