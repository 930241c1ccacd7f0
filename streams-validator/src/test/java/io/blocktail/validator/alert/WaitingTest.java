package io.blocktail.validator.alert;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WaitingTest {
  @Test
  void withNothingToReachThereIsNoWait() {
    assertThat(Waiting.next(null, 10, 10, 10, 1)).isNull();
    assertThat(Waiting.next(null, 0, 0, 0, 1)).isNull();
  }

  @Test
  void aGoalStartsAWait() {
    assertThat(Waiting.next(null, 10, 5, 6, 1)).isEqualTo(new Waiting(10, 6, 1, false));
  }

  @Test
  void standingStillKeepsTheFirstTime() {
    var waiting = new Waiting(10, 6, 1, false);
    assertThat(Waiting.next(waiting, 20, 5, 6, 50)).isEqualTo(waiting);
  }

  @Test
  void gettingNearerStartsTheTimeAnew() {
    assertThat(Waiting.next(new Waiting(10, 6, 1, false), 20, 5, 8, 50))
        .isEqualTo(new Waiting(10, 8, 50, true));
  }

  @Test
  void goingPastTheGoalWithoutReachingItIsNoProgress() {
    var waiting = new Waiting(10, 12, 1, true);
    assertThat(Waiting.next(waiting, 20, 5, 15, 50)).isEqualTo(waiting);
  }

  @Test
  void aReachedGoalEndsTheWaitOrStartsTheNext() {
    var waiting = new Waiting(10, 6, 1, false);
    assertThat(Waiting.next(waiting, 10, 10, 10, 50)).isNull();
    assertThat(Waiting.next(waiting, 20, 10, 11, 50)).isEqualTo(new Waiting(20, 11, 50, true));
  }

  @Test
  void itIsOverAfterTheTimeout() {
    var waiting = new Waiting(10, 6, 1000, false);
    assertThat(waiting.isOver(500, 1500)).isFalse();
    assertThat(waiting.isOver(500, 1501)).isTrue();
  }
}
