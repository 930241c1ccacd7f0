package io.blocktail.producer.capture;

import io.blocktail.volume.Geometry;
import org.jspecify.annotations.Nullable;

/// The memory that a volume takes for what is known of its chunks: all of it from the moment on at
/// which it has its size, so that a volume for which there is none would end the process at every
/// start.
public final class Footprint {
  /// Of each chunk: its record, its write counter and its places in maps.
  private static final int BYTES = 48;

  /// One volume takes at most this part of the heap.
  private static final int PART = 4;

  private Footprint() {}

  /// Why a volume cannot have that size here; null when nothing is known against it.
  public static @Nullable String objection(Geometry geometry) {
    long needed = (long) geometry.chunks() * BYTES;
    long heap = Runtime.getRuntime().maxMemory();
    return needed <= heap / PART
        ? null
        : "%d bytes take %d MiB of memory for what is known of its chunks, and the producer has %d MiB in all: give it more (-Xmx)"
            .formatted(geometry.size(), needed >> 20, heap >> 20);
  }
}
