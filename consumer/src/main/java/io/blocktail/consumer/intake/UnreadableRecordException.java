package io.blocktail.consumer.intake;

/// The broker has the record, but its bytes are damaged, so that nobody can say what it is. What
/// follows on it can be read after a [ChangeStream#seek] beyond it. The message says what is wrong.
public final class UnreadableRecordException extends Exception {
  private static final long serialVersionUID = 1;

  private final long offset;

  public UnreadableRecordException(long offset, String message) {
    super(message);
    this.offset = offset;
  }

  public UnreadableRecordException(long offset, Throwable cause) {
    super(cause.getMessage(), cause);
    this.offset = offset;
  }

  public long offset() {
    return offset;
  }
}
