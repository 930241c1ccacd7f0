package io.blocktail.producer.scan;

import java.time.Duration;
import java.util.OptionalLong;

/// How a volume that somebody else writes is looked at.
///
/// @param source what is scanned, for people, and so that another one is not taken for it
/// @param period from the end of a scan of all chunks to the next; zero for none that nobody asked
///   for
/// @param pullPeriod the same, of scans of what the other side calls dirty
/// @param atStart whether each start begins with a scan
/// @param rate the most bytes a second that are looked at; as fast as it goes if empty
/// @param parallel how many chunks at once
public record ScanSettings(
    String source,
    Duration period,
    Duration pullPeriod,
    boolean atStart,
    OptionalLong rate,
    int parallel) {}
