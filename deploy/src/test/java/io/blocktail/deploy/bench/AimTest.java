package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class AimTest {
  private static final Job SMALL =
      new Job("w", "writes", Job.Access.RANDOM_WRITE, 4096, 32, 0, 1, 4096 * 1000);
  private static final Job LARGE =
      new Job("l", "large writes", Job.Access.WRITE, 1 << 20, 4, 0, 1, 1 << 20);
  private static final Aim AIM =
      new Aim("of the better one", "ours", List.of("slow", "fast"), 1.2, Job::isSmall);

  @Test
  void theMedianIsHeldAgainstTheBestPeer() {
    var results = new Results();
    for (int millis : List.of(100, 110, 120)) {
      results.add("ours", measured(SMALL, 100));
      results.add("slow", measured(SMALL, 500));
      results.add("fast", measured(SMALL, millis));
    }
    assertThat(AIM.judge(results))
        .isEqualTo(
            """
            Aim, at least 1.20 of the better one:
              writes                     1.10 (1.00 to 1.20)  missed
            """);
  }

  @Test
  void whatReachesItIsSaidToReachIt() {
    var results = new Results();
    results.add("ours", measured(SMALL, 100));
    results.add("slow", measured(SMALL, 120));
    assertThat(AIM.judge(results)).contains("1.20 (1.20 to 1.20)  reached");
  }

  @Test
  void anotherKindOfJobIsNotJudged() {
    var results = new Results();
    results.add("ours", measured(LARGE, 100));
    results.add("slow", measured(LARGE, 100));
    assertThat(AIM.judge(results)).isEmpty();
  }

  /// The journal of the source has room for what a job writes while nothing is published.
  @Test
  void everyJobOfTheNbdSuiteFitsTheJournal() {
    for (Job job : Suite.NBD.jobs()) {
      assertThat(job.writes() ? job.bytes() * 1.1 : 0)
          .as(job.title())
          .isLessThan(Suite.NBD.journalLimit() * 0.6);
    }
  }

  private static Results.Measured measured(Job job, long millis) {
    return new Results.Measured(job, new FioResult(job.bytes(), 1200, millis), Duration.ZERO);
  }
}
