package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import org.jspecify.annotations.Nullable;

/// What was found of a target's content.
///
/// @param verified position of the newest marker at which a chunk of it was found equal
/// @param verifiedAt when it gave that answer, µs since 1970, by the consumer's clock
/// @param diverged chunks that were found different and not equal since
/// @param passes how many chunks were found equal
/// @param proof of the newest pass that is proved
public record Verification(
    long verified, long verifiedAt, int diverged, Passes passes, @Nullable Proof proof) {
  static final Verification NONE = new Verification(0, 0, 0, Passes.NONE, null);

  /// A chunk was found equal.
  Verification equal(long position, long at) {
    return Position.isAfter(position, verified)
        ? new Verification(position, at, diverged, passes, proof)
        : this;
  }

  /// So many chunks more are in trouble.
  Verification diverged(int more) {
    return new Verification(verified, verifiedAt, diverged + more, passes, proof);
  }

  Verification counted(Passes newer) {
    return new Verification(verified, verifiedAt, diverged, newer, proof);
  }

  Verification proved(Proof newer) {
    return new Verification(verified, verifiedAt, diverged, passes, newer);
  }

  /// Nothing is known of the content any more; what is in trouble stays so.
  Verification unproved() {
    return new Verification(0, 0, diverged, Passes.NONE, null);
  }
}
