package io.blocktail.deploy.nbd;

import java.io.IOException;

/// The NBD server refused something, or broke the protocol.
public final class NbdException extends IOException {
  private static final long serialVersionUID = 1;

  NbdException(String message) {
    super(message);
  }
}
