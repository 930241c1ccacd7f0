package io.blocktail.consumer.digest;

import io.blocktail.volume.ChunkSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A target's wish to be sent chunks again.
///
/// @param volume the volume's UUID; null when the target has not learned it yet
/// @param chunks null for the whole volume
/// @param reason for people
public record ResyncAsk(@Nullable UUID volume, @Nullable ChunkSet chunks, String reason) {}
