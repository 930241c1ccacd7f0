package io.blocktail.validator.compare;

import io.blocktail.digest.Digest;

/// How a target's chunk compares to its source's at one marker.
public sealed interface Outcome {
  record Equal(Digest digest) implements Outcome {}

  record Diverged(Digest source, Digest target) implements Outcome {}

  /// One of the two has no digest, and says why: that proves nothing and accuses nobody.
  record NoAnswer(String reason) implements Outcome {}
}
