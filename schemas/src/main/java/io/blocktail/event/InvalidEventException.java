package io.blocktail.event;

/// A record that cannot be believed: its schema is unknown, it claims more than its bytes, its
/// checksum is wrong, or what it says is impossible. The message says which.
public final class InvalidEventException extends Exception {
  private static final long serialVersionUID = 1;

  public InvalidEventException(String message) {
    super(message);
  }

  public InvalidEventException(String message, Throwable cause) {
    super(message, cause);
  }
}
