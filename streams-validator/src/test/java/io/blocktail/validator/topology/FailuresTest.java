package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.validator.topology.Failures.Decision.GiveUp;
import io.blocktail.validator.topology.Failures.Decision.Retry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FailuresTest {
  private final Failures failures = new Failures();

  @Test
  void quickFailuresWaitLongerEachTimeAndThenEnd() {
    long now = 0;
    for (int seconds = 1; seconds <= 32; seconds *= 2) {
      assertThat(failures.failed(now)).isEqualTo(new Retry(Duration.ofSeconds(seconds)));
      now += seconds * 1000L + 500;
    }
    assertThat(failures.failed(now)).isEqualTo(new GiveUp(7));
  }

  @Test
  void rareFailuresNeverEnd() {
    for (int i = 0; i < 100; i++) {
      assertThat(failures.failed(i * Duration.ofMinutes(5).toMillis()))
          .isEqualTo(new Retry(Duration.ofSeconds(1)));
    }
  }
}
