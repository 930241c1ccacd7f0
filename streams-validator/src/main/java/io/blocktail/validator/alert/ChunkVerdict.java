package io.blocktail.validator.alert;

import io.blocktail.digest.Digest;
import io.blocktail.event.Position;
import io.blocktail.validator.compare.Point;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The newest that is known of one chunk of a target, or, for the source, its newest marker.
///
/// @param equal whether the target's chunk had the source's digest; of the source: whether it had
///   one
/// @param digest the source's; null when there is none
/// @param passes the newest scrub passes in which the chunk was found equal, newest first; none
///   while it is not: whichever pass finds it different takes it from all of them
public record ChunkVerdict(
    int epoch, long sequence, boolean equal, @Nullable Digest digest, List<Long> passes) {

  public ChunkVerdict {
    passes = List.copyOf(passes);
  }

  long position() {
    return Position.of(epoch, sequence);
  }

  /// What is known after one more comparison. One that comes late never replaces a newer one; it
  /// only adds its pass when the newer one is good too.
  static ChunkVerdict after(
      @Nullable ChunkVerdict before,
      Point point,
      boolean equal,
      @Nullable Digest digest,
      long pass) {
    List<Long> passes = before == null ? List.of() : before.passes;
    if (before == null || Position.isAfter(point.position(), before.position())) {
      return new ChunkVerdict(
          point.epoch(), point.sequence(), equal, digest, equal ? with(passes, pass) : List.of());
    }
    if (point.position() == before.position() || !equal || !before.equal) {
      return before;
    }
    return new ChunkVerdict(before.epoch, before.sequence, true, before.digest, with(passes, pass));
  }

  private static List<Long> with(List<Long> passes, long pass) {
    if (pass == 0 || passes.contains(pass)) {
      return passes;
    }
    return Stream.concat(passes.stream(), Stream.of(pass))
        .sorted(Comparator.reverseOrder())
        .limit(Passes.KEPT)
        .toList();
  }
}
