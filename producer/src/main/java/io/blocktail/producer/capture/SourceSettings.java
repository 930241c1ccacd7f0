package io.blocktail.producer.capture;

import java.time.Clock;
import java.util.concurrent.Executor;

/// How a source volume is kept.
///
/// @param owner who owns the volume, for people
/// @param journalLimit bytes that the journal may take; when they are full, writers wait
/// @param segmentBytes size of one journal file
/// @param clock for the events' capture times
/// @param startsWithContent whether the device of a new volume may hold something: then its history
///   begins with a gap over all chunks. Without meaning for a volume that exists
/// @param boot which run of the operating system this is, or [Boot#UNKNOWN]
/// @param background runs what need not be done at once: the preparation of journal segments
public record SourceSettings(
    String owner,
    long journalLimit,
    int segmentBytes,
    Clock clock,
    boolean startsWithContent,
    String boot,
    Executor background) {
  /// The smallest segment, in bytes: the largest group of records fits.
  public static final int MIN_SEGMENT = 1 << 20;

  public static final int MIN_SEGMENTS = 4;

  public SourceSettings {
    if (segmentBytes < MIN_SEGMENT) {
      throw new IllegalArgumentException(
          "a journal segment of %d bytes: must be at least %d"
              .formatted(segmentBytes, MIN_SEGMENT));
    }
    if (journalLimit < (long) MIN_SEGMENTS * segmentBytes) {
      throw new IllegalArgumentException(
          "a journal limit of %d bytes: must be at least %d segments of %d bytes"
              .formatted(journalLimit, MIN_SEGMENTS, segmentBytes));
    }
  }

  /// Prepares segments on short-lived daemon threads.
  public SourceSettings(
      String owner, long journalLimit, int segmentBytes, Clock clock, boolean startsWithContent) {
    this(
        owner,
        journalLimit,
        segmentBytes,
        clock,
        startsWithContent,
        Boot.current(),
        task -> Thread.ofPlatform().daemon().name("journal-segments").start(task));
  }

  /// The same, under another run of the operating system.
  public SourceSettings under(String boot) {
    return new SourceSettings(
        owner, journalLimit, segmentBytes, clock, startsWithContent, boot, background);
  }
}
