package io.blocktail.deploy.plan;

/// Something a person can mend: an option, a file, a port. The message names the thing and says
/// what to do; it is shown as it is, and the command ends with 2.
public final class RefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  public RefusedException(String message) {
    super(message);
  }

  public RefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
