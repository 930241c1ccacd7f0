package io.blocktail.producer;

import org.jspecify.annotations.Nullable;

/// The producer cannot start as it is configured. The message names the key and what is wrong.
public final class ConfigurationError extends RuntimeException {
  private static final long serialVersionUID = 1;

  ConfigurationError(String key, String problem, @Nullable Throwable cause) {
    super(key + ": " + problem, cause);
  }
}
