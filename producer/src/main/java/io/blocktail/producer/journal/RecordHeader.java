package io.blocktail.producer.journal;

/// What the journal says about a record.
///
/// @param forced highest sequence that a completed force covered when this was appended
/// @param incarnation counts how often the journal was opened before
/// @param length of the body in bytes
/// @param checksum CRC-32C of the body
record RecordHeader(long sequence, long forced, int incarnation, int length, int checksum) {
  /// Bytes that the record takes, padding included.
  int stride() {
    return RecordFormat.stride(length);
  }
}
