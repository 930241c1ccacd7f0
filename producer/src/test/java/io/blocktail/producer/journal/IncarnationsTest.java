package io.blocktail.producer.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.event.Body;
import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Promise "Durable": a journal that is opened again and again before the device was forced has all
/// that is to be redone, and nothing that an older incarnation has left behind its end.
class IncarnationsTest {
  private static List<ByteBuffer> bodies(List<Log.Entry> entries) {
    return entries.stream().map(Log.Entry::body).toList();
  }

  @Test
  void whatSeveralIncarnationsHaveAppendedIsRedone() throws Exception {
    var log = new Log(new SimulatedDisk());
    for (int i = 0; i < 5; i++) {
      log.append(new Body.Bookmark("first of " + i));
      log.append(new Body.Bookmark("second of " + i));
      log.openToRedoAgain();
    }
    assertThat(log.incarnations).hasSize(6);
    assertThat(log.recovered()).isEqualTo(bodies(log.entries)).hasSize(10);
  }

  @Test
  void aCheckpointLeavesThePresentIncarnationAlone() throws Exception {
    var log = new Log(new SimulatedDisk());
    log.append(new Body.Bookmark("before"));
    log.openToRedoAgain();
    log.append(new Body.Bookmark("after"));
    log.checkpoint();
    log.append(new Body.Bookmark("last"));
    assertThat(log.incarnations).hasSize(1);
    assertThat(log.recovered()).isEqualTo(bodies(log.entries.subList(2, 3)));
  }

  /// The old record has the sequence that is expected, at the place where it is expected.
  @Test
  void aRecordOfAnOlderIncarnationBehindANewerOneIsNotTaken() throws Exception {
    var log = new Log(new SimulatedDisk());
    log.append(new Body.Bookmark("kept"));
    log.append(new Body.Bookmark("torn"));
    log.append(new Body.Bookmark("tail"));
    Log.Entry torn = log.entries.get(1);
    log.disk.flip(Segment.nameOf(torn.segment()), torn.start() + 8, 1);
    log.openToRedoAgain();
    assertThat(log.journal.appended()).isEqualTo(1);
    log.append(new Body.Bookmark("mend")); // as long as what was torn
    Log.Entry mend = log.entries.getLast();
    assertThat(mend.start()).isEqualTo(torn.start());
    assertThat(log.recovered())
        .isEqualTo(bodies(List.of(log.entries.getFirst(), log.entries.getLast())));
  }

  /// The older incarnation has begun a segment, and its record there is not whole.
  @Test
  void anIncarnationGoesOnInASegmentThatTheOlderOneHasBegun() throws Exception {
    var log = new Log(new SimulatedDisk());
    log.append(new Body.Bookmark("b"));
    while (log.entries.getLast().start() != SegmentHeader.BYTES
        || log.entries.getLast().sequence() == 1) {
      log.append(new Body.Bookmark("b".repeat(40)));
    }
    Log.Entry lost = log.entries.removeLast();
    log.disk.flip(Segment.nameOf(lost.segment()), lost.start() + 8, 1);
    log.openToRedoAgain();
    log.append(new Body.Bookmark("goes on"));
    log.append(new Body.Bookmark("and on"));
    assertThat(log.entries.getLast().segment()).isEqualTo(lost.segment());
    assertThat(log.recovered()).isEqualTo(bodies(log.entries));
    log.openToRedoAgain();
    assertThat(log.recovered()).isEqualTo(bodies(log.entries));
  }

  @Test
  void damageInTheOlderOnesPartIsDamage() throws Exception {
    var log = new Log(new SimulatedDisk());
    log.append(new Body.Bookmark("kept"));
    log.append(new Body.Bookmark("last of the first"));
    log.openToRedoAgain();
    log.append(new Body.Bookmark("newer"));
    Log.Entry hit = log.entries.get(1);
    log.disk.flip(Segment.nameOf(hit.segment()), hit.start() + 40, 1);
    assertThatThrownBy(log::recovered)
        .isInstanceOf(DamagedJournal.class)
        .hasMessageContaining("record 2");
  }

  /// Many lives, each ended by a power loss.
  @Test
  void everyLifeKeepsWhatWasForcedAndAPrefixOfTheRest() throws Exception {
    int runs = Integer.getInteger("suite.runs", 200);
    long seed = Long.getLong("suite.seed", System.nanoTime());
    for (int run = 0; run < runs; run++) {
      try {
        live(new Random(seed + run));
      } catch (Throwable e) {
        throw new AssertionError("-Dsuite.runs=1 -Dsuite.seed=" + (seed + run), e);
      }
    }
  }

  private static void live(Random random) throws IOException {
    var log = new Log(new SimulatedDisk());
    List<Log.Entry> all = new ArrayList<>();
    for (int life = 0; life < 6; life++) {
      int count = random.nextInt(8);
      for (int i = 0; i < count; i++) {
        log.append(random);
        if (random.nextInt(4) == 0) {
          log.journal.force(log.journal.appended());
        }
      }
      all.addAll(log.entries);
      log.entries.clear();
      long forced = log.journal.forced();
      log.disk.losePower(random);
      log.openToRedoAgain();
      assertThat(log.journal.appended()).isGreaterThanOrEqualTo(forced);
      all.removeIf(entry -> entry.sequence() > log.journal.appended());
      long redo = log.redo().sequence();
      assertThat(log.recovered())
          .isEqualTo(bodies(all.stream().filter(entry -> entry.sequence() >= redo).toList()));
      if (random.nextInt(4) == 0) {
        log.checkpoint();
      }
    }
  }
}
