package io.blocktail.producer.journal;

/// Where a record stands in the journal, or where the next one will: there, or at the start of the
/// next segment when it did not fit.
///
/// @param sequence of the record
/// @param segment number of the segment
/// @param position in the segment's file, in bytes
public record Place(long sequence, long segment, int position) {
  /// Where a volume's first record stands.
  public static final Place FIRST = new Place(1, 1, SegmentHeader.BYTES);

  /// Whether the log comes to this place after the other one.
  boolean isBehind(Place other) {
    return segment > other.segment || (segment == other.segment && position > other.position);
  }
}
