package io.blocktail.deploy.demo;

import java.io.IOException;

/// The NBD server refused something, or broke the protocol.
final class NbdException extends IOException {
  private static final long serialVersionUID = 1;

  NbdException(String message) {
    super(message);
  }
}
