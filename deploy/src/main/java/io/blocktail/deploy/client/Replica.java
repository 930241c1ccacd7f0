package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A target, as the validator judges it.
///
/// @param volumeId the UUID of the volume that it was compared with
/// @param proof of the newest pass that found every chunk equal
/// @param lastPass how far the newest pass has come
public record Replica(
    String volume,
    @Nullable String volumeId,
    String target,
    String verdict,
    @Nullable Long lastVerifiedSequence,
    long divergedChunks,
    @Nullable Proof proof,
    @Nullable Progress lastPass) {
  /// Every chunk was equal at a marker of that pass.
  public record Proof(long pass, long chunks, @Nullable String finishedAt) {}

  /// @param equal chunks found equal so far
  /// @param of all chunks; null when it is not known yet
  public record Progress(long pass, long equal, @Nullable Long of) {}

  /// `VOLUME/NAME`
  public String label() {
    return volume + "/" + target;
  }
}
