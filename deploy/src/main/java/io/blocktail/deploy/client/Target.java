package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A target, as the consumer tells it.
///
/// @param lagChanges null when the stream's end is not known
/// @param lagMillis null when it is not known
public record Target(
    String name,
    String volume,
    String state,
    @Nullable String reason,
    boolean consistent,
    @Nullable Integer epoch,
    @Nullable Long watermark,
    @Nullable Long lagChanges,
    @Nullable Long lagMillis,
    String file,
    @Nullable Long undoneChunks,
    @Nullable Long appliedBytes) {
  /// `VOLUME/NAME`
  public String label() {
    return volume + "/" + name;
  }
}
