package io.blocktail.validator.alert;

/// That a target was equal to its source: every chunk of the volume had the source's digest at a
/// marker of this pass.
///
/// @param pass the scrub pass
/// @param chunks how many chunks the volume has
/// @param firstSequence the lowest of the markers at which the chunks were last found equal
/// @param lastSequence the highest of them
/// @param root XXH3-128 over the chunks' digests at these markers, in order of index, in hex
/// @param startedAt when the pass took its first marker, µs since 1970, by the source's clock
/// @param finishedAt when the target gave its last answer, µs since 1970, by the consumer's clock
public record Proof(
    long pass,
    int chunks,
    long firstSequence,
    long lastSequence,
    String root,
    long startedAt,
    long finishedAt) {}
