package io.blocktail.deploy.status;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Bytes applied a second, of each target, between two looks. Not thread safe.
final class Rate {
  private record Look(long applied, long nanos) {}

  private final Map<String, Look> last = new HashMap<>();

  /// @param applied bytes, counted from some moment on; null when that is not known, which forgets
  ///   what was known
  /// @return null until there are two looks to compare
  @Nullable Double bytesPerSecond(String target, @Nullable Long applied, long nanos) {
    if (applied == null) {
      last.remove(target);
      return null;
    }
    Look before = last.put(target, new Look(applied, nanos));
    if (before == null || nanos <= before.nanos() || applied < before.applied()) {
      return null;
    }
    return (applied - before.applied()) * 1e9 / (nanos - before.nanos());
  }
}
