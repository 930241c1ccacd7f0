package io.blocktail.consumer.intake;

/// The place that was to be read is not in the stream any more: its records were removed, from the
/// front or from the end. The message says which.
public final class StreamCutException extends Exception {
  private static final long serialVersionUID = 1;

  public StreamCutException(String message, Throwable cause) {
    super(message, cause);
  }

  public StreamCutException(String message) {
    super(message);
  }
}
