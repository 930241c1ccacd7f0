package io.blocktail.producer.resync;

import io.blocktail.event.Origins;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A request that can be answered.
///
/// @param offset of the request in its topic
/// @param origin what the gap's events carry
/// @param target the one target concerned; null for all
/// @param chunks none when only the answer's place in the history is wanted
/// @param pass the scrub pass to mark the chunks for, 0 for none
record Wanted(long offset, String origin, @Nullable TargetName target, ChunkSet chunks, long pass) {
  private static final int LONGEST_ID = 256;

  /// @throws IllegalArgumentException when it asks for what the volume does not have; the message
  ///   says what
  static Wanted of(long offset, ResyncRequest request, Geometry geometry) {
    if (request.getId().length() > LONGEST_ID) {
      throw new IllegalArgumentException(
          "its id has %d characters: at most %d".formatted(request.getId().length(), LONGEST_ID));
    }
    if (request.getPass() < 0) {
      throw new IllegalArgumentException("its scrub pass is " + request.getPass());
    }
    String target = request.getTarget();
    return new Wanted(
        offset,
        Origins.resync(request.getId()),
        target == null ? null : new TargetName(target),
        chunks(request.getChunks(), geometry),
        request.getPass());
  }

  private static ChunkSet chunks(@Nullable List<ChunkRun> runs, Geometry geometry) {
    if (runs == null) {
      return ChunkSet.all(geometry);
    }
    var chunks = new BitSet();
    for (ChunkRun named : runs) {
      var run = new ChunkSet.Run(named.getFirst(), named.getCount());
      if (run.end() > geometry.chunks()) {
        throw new IllegalArgumentException(
            "it asks for chunks %s of a volume of %d chunks".formatted(run, geometry.chunks()));
      }
      chunks.set(run.first(), run.end());
    }
    return ChunkSet.of(chunks);
  }

  /// Whether an answer to this one answers the other too. Who asks for no chunk waits for the
  /// answer with the own id.
  boolean covers(Wanted other) {
    return !other.chunks.isEmpty()
        && Objects.equals(target, other.target)
        && (other.pass == 0 || other.pass == pass)
        && other.chunks.minus(chunks).isEmpty();
  }
}
