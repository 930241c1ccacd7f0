package io.blocktail.producer.capture;

import java.io.IOException;

/// A volume cannot have the size that was asked for, or not now. It is served on as it is.
public final class CannotGrow extends IOException {
  private static final long serialVersionUID = 1;

  public CannotGrow(String message) {
    super(message);
  }
}
