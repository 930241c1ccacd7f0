package io.blocktail.deploy.bench;

import java.io.Serial;

/// A service does not answer, or not with what was asked for. While the system starts that is
/// nothing to worry about; afterwards it ends the run.
final class UnansweredException extends Exception {
  @Serial private static final long serialVersionUID = 1L;

  UnansweredException(String message) {
    super(message);
  }
}
