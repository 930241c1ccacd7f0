package io.blocktail.producer.capture;

import io.blocktail.volume.ChunkSet;

/// A gap that a volume has opened by itself, for all targets, since the stream may lack what these
/// chunks hold.
///
/// @param name sequence of the event that opened it
/// @param origin why it was opened, as its events bear it
public record OwnGap(long name, ChunkSet chunks, String origin) {}
