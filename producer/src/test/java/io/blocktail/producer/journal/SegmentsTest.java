package io.blocktail.producer.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.storage.SimulatedDisk;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SegmentsTest {
  private static final int SIZE = 8 << 20;

  private final SimulatedDisk disk = new SimulatedDisk();
  private final List<String> operations = new ArrayList<>();

  private void record() {
    operations.clear();
    disk.onFault((operation, file) -> operations.add(operation));
  }

  @Test
  void aWriterNeitherNamesNorForcesTheSegmentThatItTurnsTo() throws Exception {
    var log = new Log(disk);
    var segments = new Segments(log.settings());
    segments.begin(100, 1, 1);
    segments.prepare();
    record();

    segments.begin(101, 2, 1);

    assertThat(operations).as("the header alone").containsExactly("write");
    assertThat(disk.list()).contains(Segment.nameOf(101));
  }

  @Test
  void aSegmentThatIsReadyAndWasNotBegunIsNoPartOfTheLog() throws Exception {
    var log = new Log(disk);
    log.append(new Body.Bookmark("one"));
    assertThat(disk.list()).contains(Segment.nameOf(1), Segment.nameOf(2));

    Log killed = log.killed();

    assertThat(killed.recovered()).hasSize(1);
    killed.open();
    killed.append(new Body.Bookmark("two"));
    assertThat(killed.journal.appended()).isEqualTo(2);
  }

  @Test
  void aNewFileIsWrittenOnceBeforeItIsUsed() throws Exception {
    var spares = new Spares(disk, SIZE);
    record();

    Spares.Spare spare = spares.take();

    assertThat(spare.file().size()).isEqualTo(SIZE);
    assertThat(operations).contains("force").endsWith("force");
  }

  @Test
  void whoIsInAHurryGetsAFileOfFullSizeAtOnce() throws Exception {
    var spares = new Spares(disk, SIZE);
    operations.clear();
    disk.onFault((operation, file) -> {
      operations.add(operation);
      if (operation.equals("force")) {
        spares.hurry(); // a writer comes while it is being written
      }
    });

    Spares.Spare spare = spares.take();

    assertThat(spare.file().size()).isEqualTo(SIZE);
    assertThat(operations).containsOnlyOnce("force");
  }
}
