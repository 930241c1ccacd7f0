package io.blocktail.producer.journal;

import java.io.IOException;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Follows the records from segment to segment, up to the end of what is forced.
final class SegmentedReader implements JournalReader {
  private final Segments segments;
  private final RecordWindow window;
  private final Supplier<Place> forcedEnd;
  private final long from;
  private Segment segment;
  private int position;
  private long expected;

  SegmentedReader(Segments segments, UUID volume, Supplier<Place> forcedEnd, long from)
      throws SequenceNotRetained {
    this.segments = segments;
    this.window = new RecordWindow(volume);
    this.forcedEnd = forcedEnd;
    this.from = from;
    this.segment = segments.containing(from);
    begin(segment);
  }

  private void begin(Segment segment) {
    this.segment = segment;
    this.position = SegmentHeader.BYTES;
    this.expected = segment.firstSequence();
    window.open(segment);
  }

  @Override
  public @Nullable JournalRecord next() throws IOException {
    while (true) {
      Place end = forcedEnd.get();
      if (expected >= end.sequence()) {
        return null;
      }
      Segment following = segments.after(segment);
      if (following != null && following.firstSequence() == expected) {
        begin(following);
        continue;
      }
      boolean last = end.segment() == segment.number();
      RecordWindow.Found found = window.record(position, last ? end.position() : segment.size());
      if (found == null || found.header().sequence() != expected) {
        throw unreadable();
      }
      position += found.header().stride();
      expected++;
      if (found.header().sequence() >= from) {
        return new JournalRecord(found.header().sequence(), found.body());
      }
    }
  }

  private IOException unreadable() {
    long lowest = segments.lowest();
    return lowest > expected
        ? new SequenceNotRetained(expected, lowest)
        : new DamagedJournal(
            "segment %s is damaged at position %d: record %d, which was forced, is not there"
                .formatted(segment.name(), position, expected));
  }

  /// The files are the journal's.
  @Override
  public void close() {}
}
