package io.blocktail.producer.capture;

import java.io.IOException;

/// A chunk of the source holds what nobody has written: it is not sent to any target.
public final class RottenChunk extends IOException {
  private static final long serialVersionUID = 1;

  RottenChunk(String message) {
    super(message);
  }
}
