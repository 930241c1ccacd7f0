package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamRecord;
import org.junit.jupiter.api.Test;

class LagTest {
  private final Lag lag = new Lag();

  private static StreamBounds bounds(long end, int leaderEpoch) {
    return new StreamBounds("topic", 0, end, leaderEpoch);
  }

  private void apply(long offset, long taken) {
    lag.applied(new StreamRecord(offset, 1, taken, null));
  }

  @Test
  void nobodyKnowsHowOldABacklogIsOfWhichNothingIsApplied() {
    lag.restart(bounds(110, 1));
    assertThat(lag.changes(90)).isEqualTo(20);
    assertThat(lag.millis(90, 5_000)).isNull();
    apply(90, 2_000);
    assertThat(lag.millis(91, 5_000)).isEqualTo(3_000);
  }

  @Test
  void streamThatHasLostItsEndLeavesNoLagBehind() {
    lag.restart(bounds(110, 1));
    apply(89, 2_000);
    assertThat(lag.changes(90)).isEqualTo(20);
    lag.seen(bounds(100, 2));
    assertThat(lag.changes(90)).isEqualTo(10);
    apply(99, 2_000);
    assertThat(lag.changes(100)).isZero();
    assertThat(lag.millis(100, 5_000)).isEqualTo(0);
  }

  @Test
  void olderLookAtTheSameStreamTakesNothingBack() {
    lag.restart(bounds(90, 1));
    lag.known(110);
    lag.seen(bounds(100, 1));
    assertThat(lag.changes(90)).isEqualTo(20);
  }

  @Test
  void pauseOfTheStreamIsNoLag() {
    lag.restart(bounds(90, 1));
    apply(89, 2_000);
    assertThat(lag.millis(90, 5_000)).isEqualTo(0);
    lag.known(91);
    assertThat(lag.millis(90, 9_000)).isEqualTo(0);
    assertThat(lag.millis(90, 9_500)).isEqualTo(500);
  }
}
