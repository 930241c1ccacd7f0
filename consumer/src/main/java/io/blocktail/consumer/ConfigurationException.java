package io.blocktail.consumer;

/// The configuration cannot be followed. The message names the key and says what is wrong.
public final class ConfigurationException extends RuntimeException {
  private static final long serialVersionUID = 1;

  ConfigurationException(String message) {
    super(message);
  }
}
