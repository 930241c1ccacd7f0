package io.blocktail.consumer.intake;

/// The stream cannot be read now: the broker or the topic is not there, or it refuses us. Trying
/// again later is right.
public final class StreamUnavailableException extends Exception {
  private static final long serialVersionUID = 1;

  public StreamUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  public StreamUnavailableException(String message) {
    super(message);
  }
}
