package io.blocktail.deploy.plan;

import io.blocktail.volume.VolumeName;
import java.nio.file.Path;

/// A volume that `up` serves.
public record PlannedVolume(VolumeName name, Content content) {
  /// What the volume holds when it is served for the first time.
  public sealed interface Content {
    /// Zeros, in a sparse file that is made in DIR.
    record Empty(Size size) implements Content {
      @Override
      public String toString() {
        return size.toString();
      }
    }

    /// What a file or block device of the person's own holds.
    ///
    /// @param file absolute
    record Existing(Path file) implements Content {
      @Override
      public String toString() {
        return file.toString();
      }
    }
  }

  /// Reads `NAME=SIZE` or `NAME=FILE`.
  public static PlannedVolume parse(String option) {
    int equals = option.indexOf('=');
    if (equals < 0 || equals == option.length() - 1) {
      throw new RefusedException(
          "--volume %s: use NAME=SIZE or NAME=FILE, for example demo=1G".formatted(option));
    }
    String content = option.substring(equals + 1);
    return new PlannedVolume(
        Names.volume("--volume " + option, option.substring(0, equals)), content(content));
  }

  static Content content(String text) {
    return Size.isSize(text)
        ? new Content.Empty(Size.parse(text))
        : new Content.Existing(Names.path(text));
  }
}
