package io.blocktail.consumer.apply;

import java.io.IOException;

/// A file that a target keeps for itself cannot be believed. The message names it and says what can
/// be done.
public final class DamagedStateException extends IOException {
  private static final long serialVersionUID = 1;

  public DamagedStateException(String message) {
    super(message);
  }
}
