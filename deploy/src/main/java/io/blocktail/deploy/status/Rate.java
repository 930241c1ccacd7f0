package io.blocktail.deploy.status;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Changes a second, of each target, between two looks. Not thread safe.
final class Rate {
  private record Look(long watermark, long nanos) {}

  private final Map<String, Look> last = new HashMap<>();

  /// @param watermark null when it is not known, which forgets what was known
  /// @return null until there are two looks to compare
  @Nullable Double changesPerSecond(String target, @Nullable Long watermark, long nanos) {
    if (watermark == null) {
      last.remove(target);
      return null;
    }
    Look before = last.put(target, new Look(watermark, nanos));
    if (before == null || nanos <= before.nanos() || watermark < before.watermark()) {
      return null;
    }
    return (watermark - before.watermark()) * 1e9 / (nanos - before.nanos());
  }
}
