package io.blocktail.consumer.intake;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// One record as it was read: nothing in it is believed yet.
///
/// @param offset its place in the stream
/// @param leaderEpoch of the leader that took it, -1 when not known
/// @param timestamp when the broker appended it, in ms since 1970
/// @param value its bytes from position to limit; null for a record without any
public record StreamRecord(
    long offset, int leaderEpoch, long timestamp, @Nullable ByteBuffer value) {}
