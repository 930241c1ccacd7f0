package io.blocktail.consumer.digest;

import io.blocktail.volume.ChunkSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A target's wish to be sent chunks again.
///
/// @param id the answer's events carry it
/// @param volume the volume's UUID; null when the target has not learned it yet
/// @param chunks null for the whole volume; empty when only the answer itself is wanted, which says
///   how far the source's history had come
/// @param reason for people
public record ResyncAsk(
    String id, @Nullable UUID volume, @Nullable ChunkSet chunks, String reason) {}
