package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Appended;
import io.blocktail.producer.journal.Journal;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// Opens the gaps over the chunks of a dirty map, each in one or more events that are forced. They
/// take the place of all that were open for the map's sake. No room in the journal is waited for:
/// what is wrong is said, even if the journal is full.
final class OwnGaps {
  private final Journal journal;
  private final DirtyMap dirty;
  private final Ownership ownership;

  OwnGaps(Journal journal, DirtyMap dirty, Ownership ownership) {
    this.journal = journal;
    this.dirty = dirty;
    this.ownership = ownership;
  }

  /// Nothing is appended where the map is empty.
  List<OwnGap> open(String origin) throws IOException {
    return dirty.isEmpty() ? List.of() : openBehind(journal.appended(), origin);
  }

  /// Opens them behind a stream that lacks what the journal had before them.
  ///
  /// @param previous sequence of the stream's last event
  List<OwnGap> openBehind(long previous, String origin) throws IOException {
    dirty.forgetGaps();
    List<ChunkSet.Run> runs = dirty.snapshot().runs();
    var gaps = new ArrayList<OwnGap>();
    long before = previous;
    int from = 0;
    do {
      int to = Math.min(runs.size(), from + EventCodec.MAX_RUNS);
      var part = new ChunkSet(runs.subList(from, to));
      before = append(before, new Body.Gap(null, part, ownership), origin);
      gaps.add(new OwnGap(before, part, origin));
      from = to;
    } while (from < runs.size());
    journal.force(before);
    return List.copyOf(gaps);
  }

  /// Begins a stream: with the event that says whose it is.
  ///
  /// @param open chunks that the event opens a gap for
  List<OwnGap> begin(ChunkSet open, String origin) throws IOException {
    dirty.forgetGaps();
    long name = append(0, new Body.Epoch(ownership, open), origin);
    journal.force(name);
    return open.isEmpty() ? List.of() : List.of(new OwnGap(name, open, origin));
  }

  private long append(long previous, Body body, String origin) throws IOException {
    Appended gap = journal.appendSuspended(previous, body, origin);
    journal.applied(gap);
    dirty.opened(gap.first());
    return gap.first();
  }
}
