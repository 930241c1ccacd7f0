package io.blocktail.consumer.apply;

import io.blocktail.event.Ownership;
import io.blocktail.volume.Geometry;
import java.util.UUID;

/// Which replica it is, and of which volume.
///
/// @param volume the volume's UUID
/// @param replica the copy's own UUID, made with its first checkpoint: what was proved of a copy is
///   not proved of another one that got its name
public record Identity(UUID volume, Geometry geometry, UUID replica) {
  Identity grownTo(Geometry grown) {
    return new Identity(volume, grown, replica);
  }

  static Identity ofNew(Ownership ownership) {
    return new Identity(ownership.volume(), ownership.geometry(), UUID.randomUUID());
  }
}
