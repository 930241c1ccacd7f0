package io.blocktail.event;

import io.blocktail.volume.Geometry;
import java.util.UUID;

/// Which volume a stream is of, and who owns it.
///
/// @param volume the volume's UUID: a name used again is another volume
/// @param owner the producer that owns the volume in the event's epoch, for people
public record Ownership(UUID volume, Geometry geometry, String owner) {}
