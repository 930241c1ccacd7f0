package io.blocktail.deploy.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.process.RestartPolicy.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {
  private static final Instant START = Instant.EPOCH;

  private static Death death(int exit, long at, long lived, boolean everReady) {
    return new Death(exit, START.plusSeconds(at), Duration.ofSeconds(lived), everReady);
  }

  @Test
  void theWaitDoublesUpToItsLongest() {
    var waits = new ArrayList<Long>();
    Deaths deaths = Deaths.NONE;
    for (int i = 0; i < 7; i++) {
      var again = (Verdict.Again) RestartPolicy.DEFAULT.after(death(1, i * 50L, 10, true), deaths);
      deaths = again.deaths();
      waits.add(again.pause().toSeconds());
    }

    assertThat(waits).isEqualTo(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L));
  }

  @Test
  void aStableMinuteBeginsAgainWithOneSecond() {
    var deaths = new Deaths(5, List.of());

    assertThat(RestartPolicy.DEFAULT.after(death(1, 100, 60, true), deaths))
        .isInstanceOfSatisfying(
            Verdict.Again.class,
            again -> assertThat(again.pause()).isEqualTo(Duration.ofSeconds(1)));
  }

  @Test
  void tenDeathsWithinFiveMinutesAreTheEnd() {
    Deaths deaths = Deaths.NONE;
    for (int i = 0; i < 9; i++) {
      deaths =
          ((Verdict.Again) RestartPolicy.DEFAULT.after(death(137, i, 1, true), deaths)).deaths();
    }

    assertThat(RestartPolicy.DEFAULT.after(death(137, 9, 1, true), deaths))
        .isEqualTo(new Verdict.Never("it died 10 times within 300 s, last: killed by signal 9"));
    assertThat(RestartPolicy.DEFAULT.after(death(137, 400, 1, true), deaths))
        .isInstanceOf(Verdict.Again.class);
  }

  @Test
  void oneThatRefusesToStartIsNotAskedTwice() {
    assertThat(RestartPolicy.DEFAULT.after(death(1, 0, 1, false), Deaths.NONE))
        .isEqualTo(new Verdict.Never("it did not start: exit code 1"));
  }

  @Test
  void oneThatWasKilledWhileItStartedIsStartedAgain() {
    assertThat(RestartPolicy.DEFAULT.after(death(137, 0, 1, false), Deaths.NONE))
        .isInstanceOf(Verdict.Again.class);
  }
}
