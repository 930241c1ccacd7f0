package io.blocktail.consumer.target;

import java.io.IOException;
import java.nio.file.Path;

/// Another consumer, or another target of this one, has the directory.
public final class TargetInUse extends IOException {
  private static final long serialVersionUID = 1;

  TargetInUse(Path directory) {
    super(directory + " is in use by another consumer");
  }
}
