package io.blocktail.deploy.client;

import org.jspecify.annotations.Nullable;

/// A source volume, as the producer tells it.
///
/// @param size in bytes
/// @param sequence the last one given
/// @param startedEmpty whether the producer made the volume, all zeros
public record Volume(
    String name,
    String uuid,
    long size,
    int epoch,
    long sequence,
    long forced,
    long published,
    long journalBytes,
    String state,
    @Nullable String reason,
    String file,
    boolean startedEmpty) {}
