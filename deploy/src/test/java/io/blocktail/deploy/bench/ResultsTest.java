package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ResultsTest {
  private static final String WRITE_BLOCKING = QemuMirror.CopyMode.WRITE_BLOCKING.contestant();
  private static final String BACKGROUND = QemuMirror.CopyMode.BACKGROUND.contestant();

  private static final Job WRITES =
      new Job("w", "writes", Job.Access.RANDOM_WRITE, 4096, 32, 0, 1, 4096 * 1000);
  private static final Job READS =
      new Job("r", "reads", Job.Access.RANDOM_READ, 4096, 32, 0, 1, 4096 * 1000);

  private static final List<ResultsTable.Column> COLUMNS =
      List.of(
          new ResultsTable.Column(Ours.NAME, "blocktail"),
          new ResultsTable.Column(Nbdkit.NAME, "nbdkit file"),
          new ResultsTable.Column(WRITE_BLOCKING, "w-b"),
          new ResultsTable.Column(BACKGROUND, "bg"));

  @Test
  void theTableShowsMediansRatiosSettlingAndLag() {
    Results results = threeRounds();
    results.add(Ours.NAME, new LagFigures(1000, 1_200_000, 6_500_000, 20_000_000, 5e6));

    assertThat(new ResultsTable(results, COLUMNS).render())
        .isEqualTo(
            """
            Medians:
              job     blocktail  nbdkit file    w-b     bg  unit
              writes     10,000       20,000  5,000  8,000  IOPS
              reads      50,000            -      -      -  IOPS

            Blocktail over the others, median (least to most) of the rounds:
              job             nbdkit file                  w-b                   bg  better mirror
              writes  0.50 (0.50 to 0.50)  2.00 (2.00 to 2.00)  1.25 (1.25 to 1.25)           1.25
              reads                     -                    -                    -              -

            From a job's end until every replica held all of it:
              job            blocktail                w-b                 bg
              writes  2.00 s (2 MiB/s)  0.00 s (20 MiB/s)  0.00 s (31 MiB/s)

            From a write's acknowledgement to its block in the replica, at 5 MB/s:
                             p50      p99       max  samples   written
              blocktail  1.20 ms  6.50 ms  20.00 ms    1,000  5.0 MB/s
            """);
  }

  @Test
  void theBetterMirrorIsTheOneWithTheHigherMedian() {
    assertThat(threeRounds().betterMirror(WRITES)).contains(BACKGROUND);
    assertThat(threeRounds().betterMirror(READS)).isEmpty();
  }

  @Test
  void aContestantThatMissedARoundHasNoRatio() {
    Results results = threeRounds();
    results.add(Nbdkit.NAME, measured(WRITES, 100, 0));

    assertThat(results.ratio(WRITES, Nbdkit.NAME)).isEmpty();
  }

  @Test
  void theRateOfReplicationCountsFromTheJobsBeginning() {
    Results.Measured measured =
        new Results.Measured(
            new Job("w", "w", Job.Access.WRITE, 512 << 10, 4, 0, 1, 64 << 20),
            new FioResult(64 << 20, 128, 500),
            Duration.ofMillis(1500));

    assertThat(measured.figure()).isEqualTo(128);
    assertThat(measured.replicatedMebibytesPerSecond()).isEqualTo(32);
  }

  @Test
  void theDocumentHasEveryRound() {
    ObjectNode document =
        new ResultsJson(threeRounds(), COLUMNS.stream().map(ResultsTable.Column::name).toList())
            .document();

    assertThat(document.at("/jobs/0/title").asText()).isEqualTo("writes");
    assertThat(document.at("/jobs/0/betterMirror").asText()).isEqualTo(BACKGROUND);
    assertThat(document.at("/jobs/0/contestants")).hasSize(4);
    assertThat(document.at("/jobs/0/contestants/0/rounds")).hasSize(3);
    assertThat(document.at("/jobs/0/contestants/0/rounds/2/settledSeconds").asDouble())
        .isEqualTo(2);
    assertThat(document.at("/jobs/0/ratios/0/peer").asText()).isEqualTo(Nbdkit.NAME);
    assertThat(document.at("/jobs/0/ratios/0/median").asDouble()).isEqualTo(0.5);
    assertThat(document.at("/jobs/1/contestants")).hasSize(1);
    assertThat(document.at("/jobs/1/ratios")).isEmpty();
  }

  @Test
  void lagOfSeveralRoundsIsTheMiddleOneButTheWorstMaximum() {
    LagFigures lag =
        LagFigures.median(
            List.of(
                new LagFigures(10, 1, 9, 11, 5e6),
                new LagFigures(10, 3, 7, 90, 5e6),
                new LagFigures(10, 2, 8, 12, 4e6)));

    assertThat(lag).isEqualTo(new LagFigures(30, 2, 8, 90, 5e6));
  }

  /// The same figures in every round: ours 10,000, nbdkit 20,000, the mirrors 5,000 and 8,000.
  private static Results threeRounds() {
    Results results = new Results();
    for (int round = 0; round < 3; round++) {
      results.add(Ours.NAME, measured(WRITES, 100, 2));
      results.add(Nbdkit.NAME, measured(WRITES, 50, 0));
      results.add(WRITE_BLOCKING, measured(WRITES, 200, 0));
      results.add(BACKGROUND, measured(WRITES, 125, 0));
      results.add(Ours.NAME, measured(READS, 20, 0));
    }
    return results;
  }

  private static Results.Measured measured(Job job, long millis, long settledSeconds) {
    return new Results.Measured(
        job, new FioResult(job.bytes(), 1000, millis), Duration.ofSeconds(settledSeconds));
  }
}
