package io.blocktail.consumer.digest;

import io.blocktail.digest.Digest;
import io.blocktail.event.avro.NoDigest;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// What a target says at a digest marker.
///
/// @param volume the volume's UUID
/// @param replica the UUID of the target's copy
/// @param epoch of the marker
/// @param sequence of the marker
/// @param digest of the target's own chunk at exactly this point; null when there is none
/// @param reason why there is none; null when there is one
public record DigestAnswer(
    UUID volume,
    UUID replica,
    int epoch,
    int chunk,
    long sequence,
    @Nullable Digest digest,
    @Nullable NoDigest reason) {
  public DigestAnswer {
    if ((digest == null) == (reason == null)) {
      throw new AssertionError("an answer is a digest or a reason: " + digest + ", " + reason);
    }
  }
}
