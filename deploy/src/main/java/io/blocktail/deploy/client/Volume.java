package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A source volume, as the producer tells it. Of one that could not be opened little is known.
///
/// @param size in bytes
/// @param sequence the last one given
/// @param startedEmpty whether the producer made the volume, all zeros
/// @param dirtyChunks how many chunks its stream does not have yet
/// @param readOnly whether NBD clients may only read
/// @param pausedSince since when nothing is published because somebody wants it so
public record Volume(
    String name,
    @Nullable String uuid,
    long size,
    @Nullable Integer epoch,
    @Nullable Long sequence,
    @Nullable Long forced,
    @Nullable Long published,
    @Nullable Long journalBytes,
    String state,
    @Nullable String reason,
    String file,
    @Nullable Boolean startedEmpty,
    @Nullable Integer dirtyChunks,
    @Nullable String pausedSince,
    @Nullable Boolean readOnly) {}
