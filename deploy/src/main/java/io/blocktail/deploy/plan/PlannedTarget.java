package io.blocktail.deploy.plan;

import io.blocktail.volume.TargetName;
import io.blocktail.volume.VolumeName;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// A copy of a volume that `up` keeps.
///
/// @param file absolute; null for an image in DIR
public record PlannedTarget(VolumeName volume, TargetName name, @Nullable Path file) {
  /// Reads `VOLUME/NAME` or `VOLUME/NAME=FILE`.
  public static PlannedTarget parse(String option) {
    int equals = option.indexOf('=');
    String names = equals < 0 ? option : option.substring(0, equals);
    int slash = names.indexOf('/');
    if (slash < 0 || equals == option.length() - 1) {
      throw new RefusedException(
          "--target %s: use VOLUME/NAME or VOLUME/NAME=FILE, for example demo/replica-a"
              .formatted(option));
    }
    String where = "--target " + option;
    return new PlannedTarget(
        Names.volume(where, names.substring(0, slash)),
        Names.target(where, names.substring(slash + 1)),
        equals < 0 ? null : Names.path(option.substring(equals + 1)));
  }

  /// `VOLUME/NAME`
  public String label() {
    return volume + "/" + name;
  }
}
