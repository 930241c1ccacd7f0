package io.blocktail.consumer.apply;

import io.blocktail.event.Ownership;
import io.blocktail.volume.Geometry;
import java.util.UUID;

/// Which volume a replica is of.
///
/// @param volume the volume's UUID
public record Identity(UUID volume, Geometry geometry) {
  static Identity of(Ownership ownership) {
    return new Identity(ownership.volume(), ownership.geometry());
  }
}
