package io.blocktail.producer;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// A volume's file or directory cannot be used as it is now, for which no other volume has to
/// suffer. The message names the key and what is wrong.
final class UnusableVolume extends IOException {
  private static final long serialVersionUID = 1;

  UnusableVolume(String key, String problem, @Nullable Throwable cause) {
    super(key + ": " + problem, cause);
  }
}
