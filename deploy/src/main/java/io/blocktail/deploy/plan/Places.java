package io.blocktail.deploy.plan;

import java.nio.file.Path;

/// Where a plan's files are.
public interface Places {
  Path image(PlannedVolume volume);

  Path image(PlannedTarget target);

  /// Whether the target has been kept before.
  boolean hasCheckpoint(PlannedTarget target);
}
