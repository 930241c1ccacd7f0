package io.blocktail.deploy.plan;

import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/// Reads names and paths out of options, so that a bad one is refused naming the option.
final class Names {
  private Names() {}

  static VolumeName volume(String where, String name) {
    try {
      return new VolumeName(name);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(where + ": " + e.getMessage(), e);
    }
  }

  static TargetName target(String where, String name) {
    try {
      return new TargetName(name);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(where + ": " + e.getMessage(), e);
    }
  }

  /// Absolute, so that the next start finds it from another directory too.
  static Path path(String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw new RefusedException("'%s' is not a path: %s".formatted(text, e.getReason()), e);
    }
  }
}
