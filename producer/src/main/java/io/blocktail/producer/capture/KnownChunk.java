package io.blocktail.producer.capture;

import io.blocktail.digest.Digest;
import org.jspecify.annotations.Nullable;

/// What the history says of a chunk.
///
/// @param lastChange sequence of its last change or BASE, 0 if it had none
/// @param digest what it hashes to since; null when nobody knows
/// @param dirty whether the history may lack some of it, so that it is to be sent whole
public record KnownChunk(long lastChange, @Nullable Digest digest, boolean dirty) {}
