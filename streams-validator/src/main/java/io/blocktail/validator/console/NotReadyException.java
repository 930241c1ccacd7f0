package io.blocktail.validator.console;

/// The stores cannot be read now; the message says why.
public final class NotReadyException extends Exception {
  private static final long serialVersionUID = 1;

  public NotReadyException(String message) {
    super(message);
  }

  public NotReadyException(String message, Throwable cause) {
    super(message, cause);
  }
}
