package io.blocktail.producer.publish;

import java.io.IOException;

/// The stream, or its topic, is not one that this volume may go on with. The message says what is
/// wrong and what a person can do; waiting does not help.
public final class UnfitStream extends IOException {
  private static final long serialVersionUID = 1;

  public UnfitStream(String message) {
    super(message);
  }
}
