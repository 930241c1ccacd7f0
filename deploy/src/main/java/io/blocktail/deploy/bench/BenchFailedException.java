package io.blocktail.deploy.bench;

import java.io.Serial;

/// A measurement that cannot be had, or that would mean nothing; the message says why to a person.
public final class BenchFailedException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  public BenchFailedException(String message) {
    super(message);
  }

  public BenchFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
