package io.blocktail.producer.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.storage.SimulatedDisk;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalFreeTest {
  /// The redo point lies behind a segment's last record, and the next segment begins with the
  /// record that it names: a restart opens the full one first.
  @Test
  void theSegmentOfTheRedoPointIsKeptAlthoughNoneOfItsRecordsIsRedone() throws Exception {
    var log = new Log(new SimulatedDisk());
    Place redo;
    do {
      log.checkpoint();
      redo = log.redo();
      log.append(new Body.Bookmark("b".repeat(40)));
    } while (log.journal.redoPoint().segment() == redo.segment() || redo.segment() < 7);
    // Taken before the segment turned, durable after it.
    log.incarnations = List.of(new Incarnation(log.incarnations.getLast().number(), redo));
    log.journal.acknowledged(log.journal.appended());
    assertThat(log.journal.free(redo)).isTrue();
    log.journal.force(log.journal.appended());

    assertThat(log.killed().recovered()).hasSize(1);
  }
}
