package io.blocktail.producer.journal;

import io.blocktail.producer.journal.RecoveryTable.Follows;
import io.blocktail.producer.journal.RecoveryTable.Found;
import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Finds out where a journal's log ends. Reading changes nothing, so that a damaged journal is left
/// as it was found; [#open] then makes it fit to be appended to.
///
/// What is redone may have been appended by several incarnations: each begins where the log ended
/// when it was opened, and what an older one has left behind that place is not part of the log.
public final class JournalRecovery implements AutoCloseable {
  /// Takes the records that a restart redoes.
  @FunctionalInterface
  public interface Redo {
    void redo(JournalRecord journalRecord) throws IOException;
  }

  /// @param whole whether the header can be believed; otherwise only the number, which is the
  ///   file's name, and the size are right
  private record SegmentFile(Segment segment, boolean whole) {}

  private final JournalSettings settings;
  private final List<Incarnation> incarnations;
  private final RecordWindow window;
  private final TreeMap<Long, SegmentFile> files = new TreeMap<>();

  /// Highest sequence that is known to have been forced.
  private long claimed;

  private Place end;
  private boolean opened;

  private JournalRecovery(JournalSettings settings, List<Incarnation> incarnations, long claimed) {
    this.settings = settings;
    this.incarnations = incarnations;
    this.window = new RecordWindow(settings.volume());
    this.claimed = claimed;
    this.end = redo();
  }

  /// Reads the log.
  ///
  /// @param incarnations that appended what a restart redoes, as the last checkpoint says, oldest
  ///   first; the first one from the redo point on
  /// @param forced highest sequence that was forced then
  /// @throws DamagedJournal when something is gone that was durable
  public static JournalRecovery read(
      JournalSettings settings, List<Incarnation> incarnations, long forced) throws IOException {
    long noted = ForcedClaim.read(settings.disk(), settings.volume());
    var recovery = new JournalRecovery(settings, incarnations, Math.max(forced, noted));
    try {
      recovery.load();
      if (!recovery.isUnborn()) {
        recovery.checkOlder();
        recovery.findEnd();
      }
      return recovery;
    } catch (IOException | RuntimeException e) {
      recovery.close();
      throw e;
    }
  }

  private Place redo() {
    return incarnations.getFirst().start();
  }

  private int newest() {
    return incarnations.getLast().number();
  }

  private void load() throws IOException {
    for (String name : settings.disk().list()) {
      if (!Segment.isName(name)) {
        continue;
      }
      DiskFile file = settings.disk().open(name);
      long number = Segment.numberOf(name);
      var unknown =
          new SegmentHeader(settings.volume(), number, 0, 0, Math.toIntExact(file.size()));
      files.put(number, new SegmentFile(new Segment(unknown, name, file), false));
      var bytes = ByteBuffer.allocate(SegmentHeader.BYTES);
      file.read(bytes, 0);
      SegmentHeader header = SegmentHeader.decode(bytes.flip(), name);
      if (header != null && !header.volume().equals(settings.volume())) {
        throw new DamagedJournal(
            "segment %s is of volume %s, not of %s"
                .formatted(name, header.volume(), settings.volume()));
      }
      if (header != null && header.number() == number) {
        files.put(number, new SegmentFile(new Segment(header, name, file), true));
      }
    }
  }

  /// Whether the volume's making was cut off before its first event was durable.
  private boolean isUnborn() {
    if (!redo().equals(Place.FIRST) || claimed > 0 || files.size() > 1) {
      return false;
    }
    return files.isEmpty() || (files.firstKey() == 1 && !files.firstEntry().getValue().whole);
  }

  private void checkOlder() throws DamagedJournal {
    long redo = redo().segment();
    long lowest = files.isEmpty() ? redo : Math.min(redo, files.firstKey());
    for (long number = lowest; number <= redo; number++) {
      SegmentFile file = files.get(number);
      if (file == null) {
        throw new DamagedJournal(
            "segment %s is missing; the journal was forced up to sequence %d"
                .formatted(Segment.nameOf(number), claimed));
      }
      if (!file.whole) {
        throw new DamagedJournal(
            "segment %s is damaged at position 0: its header cannot be read"
                .formatted(file.segment.name()));
      }
    }
  }

  private void findEnd() throws IOException {
    Segment segment = segmentOf(redo());
    window.open(segment);
    while (true) {
      RecordWindow.Found record = window.record(end.position(), segment.size());
      Found found = judge(record);
      Follows follows = follows(segment.number());
      boolean forced = found != Found.NEXT && follows != Follows.CONTINUES && wasForced();
      switch (RecoveryTable.decide(found, follows, forced)) {
        case TAKE -> {
          int stride = record == null ? 0 : record.header().stride();
          end = new Place(end.sequence() + 1, end.segment(), end.position() + stride);
        }
        case TURN -> {
          end = new Place(end.sequence(), segment.number() + 1, SegmentHeader.BYTES);
          segment = segmentOf(end);
          window.open(segment);
        }
        case END -> {
          return;
        }
        case DAMAGED -> throw damaged(segment, found, follows);
      }
    }
  }

  private Found judge(RecordWindow.@Nullable Found record) {
    if (record == null) {
      return Found.NOTHING;
    }
    if (record.header().incarnation() != incarnation()) {
      return Found.STALE;
    }
    return record.header().sequence() == end.sequence() ? Found.NEXT : Found.MISPLACED;
  }

  /// The one that appends at the place that was reached.
  private int incarnation() {
    int number = incarnations.getFirst().number();
    for (Incarnation incarnation : incarnations) {
      if (!incarnation.start().isBehind(end)) {
        number = incarnation.number();
      }
    }
    return number;
  }

  private Follows follows(long number) {
    SegmentFile next = files.get(number + 1);
    if (next == null) {
      return files.lastKey() > number ? Follows.MISSING : Follows.NOTHING;
    }
    boolean continues =
        next.whole
            && next.segment.firstSequence() == end.sequence()
            && next.segment.header().incarnation() == incarnation();
    return continues ? Follows.CONTINUES : Follows.OTHER;
  }

  /// Looks for what later records say, here and in later segments. Each was appended by this
  /// journal at its place, so what it says was true once, and stays true: no recovery ends the log
  /// below what it has found to be forced.
  private boolean wasForced() throws IOException {
    int from = end.position();
    for (SegmentFile file : files.tailMap(end.segment()).values()) {
      Segment segment = file.segment;
      window.open(segment);
      int position = window.nextMagic(from, segment.size());
      while (position < segment.size()) {
        RecordHeader header = window.header(position, segment.size());
        if (header != null) {
          claimed = Math.max(claimed, header.forced());
        }
        position = window.nextMagic(position + RecordFormat.ALIGNMENT, segment.size());
      }
      from = SegmentHeader.BYTES;
    }
    return end.sequence() <= claimed;
  }

  private DamagedJournal damaged(Segment segment, Found found, Follows follows) {
    if (follows == Follows.MISSING) {
      return new DamagedJournal(
          "segment %s is missing, although a later one is there"
              .formatted(Segment.nameOf(segment.number() + 1)));
    }
    String what =
        found == Found.NOTHING || found == Found.STALE
            ? "record %d is not there, although the journal was forced up to sequence %d"
            : "what is there is not record %d (forced up to sequence %d)";
    return new DamagedJournal(
        "segment %s is damaged at position %d: %s"
            .formatted(segment.name(), end.position(), what.formatted(end.sequence(), claimed)));
  }

  /// Where the next record goes.
  public Place end() {
    return end;
  }

  /// Gives the records from the redo point to the end, in their order.
  public void replay(Redo redo) throws IOException {
    Place at = redo();
    Segment segment = null;
    while (at.sequence() < end.sequence()) {
      Segment next = next(at);
      if (next != null) {
        at = new Place(at.sequence(), next.number(), SegmentHeader.BYTES);
      }
      if (segment == null || next != null) {
        segment = segmentOf(at);
        window.open(segment);
      }
      RecordWindow.Found found = window.record(at.position(), segment.size());
      if (found == null) {
        throw new DamagedJournal(
            "segment %s is damaged at position %d: record %d could be read before"
                .formatted(segment.name(), at.position(), at.sequence()));
      }
      redo.redo(new JournalRecord(at.sequence(), found.body()));
      at = new Place(at.sequence() + 1, at.segment(), at.position() + found.header().stride());
    }
  }

  private Segment segmentOf(Place place) {
    return Objects.requireNonNull(files.get(place.segment())).segment;
  }

  /// The segment that begins with the record, if it is not the one that the place names.
  private @Nullable Segment next(Place at) {
    SegmentFile next = at.segment() < end.segment() ? files.get(at.segment() + 1) : null;
    return next != null && next.segment.firstSequence() == at.sequence() ? next.segment : null;
  }

  /// The journal, ready to be appended to by the next incarnation. What was found may be in the
  /// page cache only, so it is forced first; what was not taken is put out of the way.
  ///
  /// @return a journal to which nothing may be appended before a checkpoint is durable that names
  ///   the next incarnation, with [#end] as its start
  public Journal open() throws IOException {
    var segments = new Segments(settings);
    try {
      segments.load(
          files.headMap(end.segment(), true).values().stream()
              .filter(SegmentFile::whole)
              .map(SegmentFile::segment)
              .toList());
      opened = true;
      for (SegmentFile file : files.descendingMap().values()) {
        if (file.segment.number() > end.segment() || !file.whole) {
          segments.discard(file.segment);
        } else if (file.segment.number() >= redo().segment()) {
          file.segment.force();
        }
      }
      if (segments.isEmpty()) {
        segments.begin(end.segment(), end.sequence(), newest() + 1).force();
      }
      return new Journal(settings, newest() + 1, segments, end);
    } catch (IOException | RuntimeException e) {
      segments.close();
      throw e;
    }
  }

  /// Gives back the files of a journal that was not opened.
  @Override
  public void close() throws IOException {
    if (opened) {
      return;
    }
    for (SegmentFile file : files.values()) {
      file.segment.file().close();
    }
  }
}
