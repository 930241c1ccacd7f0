package io.blocktail.producer.journal;

import java.nio.ByteBuffer;

/// One event as it stands in the journal.
///
/// @param body the bare Avro body, from position to limit; a view that is valid until the reader's
///   next call
public record JournalRecord(long sequence, ByteBuffer body) {}
