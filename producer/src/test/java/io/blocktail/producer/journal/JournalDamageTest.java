package io.blocktail.producer.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Promise "No silent loss": every bit and every length of the journal's last records. What
/// recovery must say follows from the account of what was appended where, not from the journal's
/// code.
class JournalDamageTest {
  private static final int LAST = 8;

  private Random random = new Random();
  private Log log = newLog();

  @BeforeEach
  void start() {
    long seed = Long.getLong("suite.seed", 7);
    random = new Random(seed);
    log = newLog();
  }

  private static Log newLog() {
    try {
      return new Log(new SimulatedDisk());
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void nothingWasForced() throws Exception {
    append(10);
    damageEverywhere(0, true);
  }

  @Test
  void someWasForced() throws Exception {
    append(7);
    log.journal.force(7);
    append(5);
    damageEverywhere(7, true);
  }

  @Test
  void allWasForced() throws Exception {
    append(10);
    log.journal.force(10);
    damageEverywhere(10, true);
  }

  @Test
  void theNoteOfTheLastForceIsLost() throws Exception {
    append(4);
    log.journal.force(4);
    append(4);
    log.journal.force(8);
    append(3);
    damageEverywhere(8, false);
  }

  @Test
  void theSegmentWasUsedBefore() throws Exception {
    useSegmentsAgain();
    append(6);
    log.journal.force(log.journal.appended() - 2);
    append(2);
    damageEverywhere(log.journal.forced(), true);
  }

  @Test
  void theLogHasJustTurnedToANewSegment() throws Exception {
    useSegmentsAgain();
    long segment = log.journal.redoPoint().segment();
    while (log.journal.redoPoint().segment() == segment) {
      append(1);
      log.journal.force(log.journal.appended() - 1);
    }
    append(2);
    damageEverywhere(log.journal.forced(), true);
  }

  @Test
  void theLogBeginsWithNothingForcedInANewSegment() throws Exception {
    long segment = log.journal.redoPoint().segment();
    append(3);
    log.journal.force(3);
    while (log.journal.redoPoint().segment() == segment) {
      append(1);
    }
    append(1);
    damageEverywhere(3, true);
  }

  @Test
  void anOlderIncarnationHasLeftATailThatFits() throws Exception {
    log.append(new Body.Bookmark("kept"));
    log.append(new Body.Bookmark("torn"));
    log.append(new Body.Bookmark("tail"));
    log.append(new Body.Bookmark("over"));
    Log.Entry torn = log.entries.get(1);
    log = log.killed();
    log.disk.flip(Segment.nameOf(torn.segment()), torn.start() + 8, 1);
    log.open();
    assertThat(log.journal.appended()).isEqualTo(1);
    log.append(new Body.Bookmark("mend")); // as long as what was torn: the old tail follows on it
    damageEverywhere(1, true);
  }

  @Test
  void whatIsRedoneIsOfTwoIncarnations() throws Exception {
    append(3);
    log.openToRedoAgain();
    append(2);
    log.journal.force(5);
    append(2);
    damageEverywhere(5, true);
  }

  @Test
  void anIncarnationBeginsInANewSegment() throws Exception {
    long segment = log.journal.redoPoint().segment();
    while (log.journal.redoPoint().segment() == segment) {
      log.checkpoint();
      append(1);
    }
    log.openToRedoAgain();
    append(4);
    damageEverywhere(log.forcedThen, true);
  }

  private void append(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      log.append(random);
    }
  }

  /// Fills and frees segments until the current one holds records of its former lives.
  private void useSegmentsAgain() throws IOException {
    while (log.journal.redoPoint().segment() < 12) {
      append(1);
      log.checkpoint();
      log.journal.acknowledged(log.journal.forced());
      log.journal.free(log.redo());
    }
    append(3);
  }

  /// Flips every bit, and cuts at every length, from the last records to behind the log's end.
  ///
  /// @param forced sequence that a force has covered
  /// @param noted whether the note of that force is there
  private void damageEverywhere(long forced, boolean noted) throws IOException {
    if (!noted) {
      log.disk.delete(ForcedClaim.NAME);
    }
    List<Log.Entry> tail = log.sinceRedo();
    tail = tail.subList(Math.max(0, tail.size() - LAST), tail.size());
    assertIs(log.killed(), log.sinceRedo());
    for (long segment : tail.stream().map(Log.Entry::segment).distinct().toList()) {
      List<Log.Entry> here = tail.stream().filter(entry -> entry.segment() == segment).toList();
      int from = here.getFirst().start() == SegmentHeader.BYTES ? 0 : here.getFirst().start();
      int to = Math.min(Log.SEGMENT, here.getLast().end() + 80);
      for (int position = from; position < to; position++) {
        for (int bit = 0; bit < 8; bit++) {
          flip(segment, position, 1 << bit, forced, noted);
        }
        truncate(segment, position, forced, noted);
      }
    }
  }

  private void flip(long segment, int position, int mask, long forced, boolean noted)
      throws IOException {
    Log damaged = log.killed();
    damaged.disk.flip(Segment.nameOf(segment), position, mask);
    Log.Entry hit = null;
    for (Log.Entry entry : log.sinceRedo()) {
      boolean inHeader = position < SegmentHeader.BYTES && entry.start() == SegmentHeader.BYTES;
      boolean inRecord = entry.start() <= position && position < entry.end();
      if (entry.segment() == segment && (inHeader || inRecord)) {
        hit = entry;
        break;
      }
    }
    boolean bodyHit = hit != null && position >= hit.start() + RecordFormat.HEADER;
    judge(new Damage(damaged, position, false, bodyHit), hit, noted ? forced : 0);
  }

  private void truncate(long segment, int length, long forced, boolean noted) throws IOException {
    Log damaged = log.killed();
    String name = Segment.nameOf(segment);
    damaged.disk.setContent(name, Arrays.copyOf(log.disk.contentOf(name), length));
    Log.Entry hit =
        log.sinceRedo().stream()
            .filter(entry -> entry.segment() == segment && entry.end() > length)
            .findFirst()
            .orElse(null);
    judge(new Damage(damaged, length, true, false), hit, noted ? forced : 0);
  }

  /// @param cut whether the segment was cut at the position
  /// @param inBody whether a record's body was hit, so that its header can still be believed
  private record Damage(Log log, int position, boolean cut, boolean inBody) {}

  private void judge(Damage damage, Log.@Nullable Entry hit, long noted) throws IOException {
    Log damaged = damage.log;
    if (hit == null) {
      assertIs(damaged, log.sinceRedo());
      return;
    }
    long first = hit.sequence();
    long claimed = Math.max(noted, log.forcedThen);
    for (Log.Entry entry : log.sinceRedo()) {
      boolean readable =
          damage.cut
              ? entry.sequence() < first || entry.segment() != hit.segment()
              : entry.sequence() != first || damage.inBody;
      claimed = readable ? Math.max(claimed, entry.forced()) : claimed;
    }
    if (first <= claimed) {
      assertRefused(damaged, hit);
      return;
    }
    assertIs(damaged, log.sinceRedo().stream().filter(e -> e.sequence() < first).toList());
    if (damage.cut || damage.position % 7 == 0) {
      assertGoesOn(damaged, first);
    }
  }

  private static void assertIs(Log found, List<Log.Entry> expected) throws IOException {
    assertThat(found.recovered()).isEqualTo(expected.stream().map(Log.Entry::body).toList());
  }

  private static void assertRefused(Log damaged, Log.Entry hit) throws IOException {
    try {
      List<ByteBuffer> found = damaged.recovered();
      throw new AssertionError("%s is damaged, but recovery gives %d".formatted(hit, found.size()));
    } catch (DamagedJournal e) {
      boolean first = hit.start() == SegmentHeader.BYTES;
      assertThat(e.getMessage()).startsWith("segment journal-").contains(" at position ");
      if (!first) {
        assertThat(e.getMessage())
            .startsWith(
                "segment %s is damaged at position %d: record %d "
                    .formatted(Segment.nameOf(hit.segment()), hit.start(), hit.sequence()));
      }
    }
  }

  /// The journal can be appended to, and then holds the prefix and what was appended.
  private void assertGoesOn(Log cut, long next) throws IOException {
    cut.open();
    assertThat(cut.journal.appended()).isEqualTo(next - 1);
    cut.append(new Body.Bookmark("mend"));
    Log again = cut.killed();
    assertThat(again.recovered()).isEqualTo(List.of(cut.entries.getLast().body()));
  }
}
