package io.blocktail.producer.capture;

import java.io.IOException;

/// A chunk of a volume that somebody else writes holds what the history does not have yet. One
/// target alone cannot have it: the next scan brings it to all.
public final class MovedOn extends IOException {
  private static final long serialVersionUID = 1;

  MovedOn(String message) {
    super(message);
  }
}
