package io.blocktail.validator.compare;

import io.blocktail.digest.Digest;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Position;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What somebody says about a chunk at a marker.
public sealed interface Report {
  Point point();

  /// The source's word.
  ///
  /// @param digest null when the source's own chunk rotted
  /// @param pass the scrub pass of the marker; 0 for none
  /// @param chunks how many chunks the volume has
  /// @param at µs since 1970, by the source's clock
  record Marker(Point point, @Nullable Digest digest, long pass, int chunks, long at)
      implements Report {}

  /// A target's answer: a digest, or the reason why there is none.
  ///
  /// @param replica UUID of the target's copy; null when it does not say
  /// @param at µs since 1970, by the consumer's clock
  record Answer(
      String target,
      @Nullable String replica,
      Point point,
      @Nullable Digest digest,
      @Nullable String reason,
      long at)
      implements Report {}

  /// Whether a reason for having no digest ends by itself: the target's word is still to come, at a
  /// later marker.
  static boolean isPassing(@Nullable String reason) {
    return NoDigest.RECOVERING.name().equals(reason);
  }

  /// The Kafka key of what is said about a chunk.
  static String key(String volume, int chunk) {
    return volume + "/" + chunk;
  }

  /// Reads a record of the topic `digests`.
  ///
  /// @throws InvalidEventException when what it says is impossible
  static Report of(@Nullable String key, ChunkDigest message) throws InvalidEventException {
    String target = message.getTarget();
    try {
      var _ = new VolumeName(message.getVolume());
      var _ = UUID.fromString(message.getVolumeId());
      if (target != null) {
        var _ = new TargetName(target);
      }
      if (message.getReplica() != null) {
        var _ = UUID.fromString(message.getReplica());
      }
    } catch (IllegalArgumentException e) {
      throw new InvalidEventException("a digest of nobody: " + e.getMessage(), e);
    }
    checkPlace(key, message);
    var point = new Point(message.getVolumeId(), message.getEpoch(), message.getSequence());
    Digest digest = digest(message);
    NoDigest reason = message.getReason();
    if ((digest == null) == (reason == null)) {
      throw new InvalidEventException("neither a digest nor a reason, or both, at " + point);
    }
    if ((reason == NoDigest.ROTTED) != (reason != null && target == null)) {
      throw new InvalidEventException("reason %s cannot be at %s".formatted(reason, point));
    }
    return target == null
        ? new Marker(point, digest, message.getPass(), message.getChunks(), message.getAt())
        : new Answer(
            target,
            message.getReplica(),
            point,
            digest,
            reason == null ? null : reason.name(),
            message.getAt());
  }

  private static void checkPlace(@Nullable String key, ChunkDigest message)
      throws InvalidEventException {
    int chunk = message.getChunk();
    if (!key(message.getVolume(), chunk).equals(key)) {
      throw new InvalidEventException(
          "a digest of chunk %d of %s under the key %s".formatted(chunk, message.getVolume(), key));
    }
    if (message.getEpoch() < 1
        || message.getEpoch() > Position.MAX_EPOCH
        || message.getSequence() < 1
        || message.getSequence() > Position.MAX_SEQUENCE) {
      throw new InvalidEventException(
          "no such place in a history: epoch %d, sequence %d"
              .formatted(message.getEpoch(), message.getSequence()));
    }
    if (chunk < 0 || message.getPass() < 0) {
      throw new InvalidEventException("a negative chunk or pass");
    }
    if (message.getTarget() == null && chunk >= message.getChunks()) {
      throw new InvalidEventException(
          "chunk %d of a volume of %d chunks".formatted(chunk, message.getChunks()));
    }
  }

  private static @Nullable Digest digest(ChunkDigest message) {
    var bytes = message.getDigest();
    return bytes == null ? null : Digest.read(ByteBuffer.wrap(bytes.bytes()));
  }
}
