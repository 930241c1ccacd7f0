package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.event.Chain;
import io.blocktail.volume.Geometry;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResumptionTest {
  private static final StreamBounds STREAM = new StreamBounds("t", 10, 100, 3);

  private static Checkpoint at(String topic, long offset, long intent, @Nullable Halt halted) {
    return new Checkpoint(
        new Identity(new UUID(0, 1), Geometry.of(1 << 20), new UUID(0, 2)),
        new Chain(1, 50),
        new StreamPosition(topic, offset, 2),
        3,
        intent,
        halted,
        List.of());
  }

  private static void halts(Checkpoint checkpoint, long from, String reason) {
    var resumption = Resumption.of(checkpoint, STREAM, "mark");
    assertThat(resumption.halt()).isEqualTo(new Halt(reason, true));
    assertThat(resumption.from().offset()).isEqualTo(from);
    assertThat(resumption.recovery()).isNull();
  }

  @Test
  void newTargetStartsAtTheBeginning() {
    assertThat(Resumption.of(null, STREAM, "mark"))
        .isEqualTo(new Resumption(new StreamPosition("t", 10, -1), null, null));
  }

  @Test
  void cleanStopGoesOn() {
    assertThat(Resumption.of(at("t", 60, 50, null), STREAM, "mark"))
        .isEqualTo(new Resumption(new StreamPosition("t", 60, 2), null, null));
  }

  @Test
  void uncleanStopRecoversUpToIntentOrEnd() {
    assertThat(Resumption.of(at("t", 60, 1050, null), STREAM, "mark"))
        .isEqualTo(
            new Resumption(
                new StreamPosition("t", 60, 2), null, new Recovery(1050, 100, 3, "mark")));
  }

  /// Promise Prefix: what was applied behind the checkpoint may not be in the stream any more,
  /// wherever the checkpoint's own place and the end are.
  @Test
  void uncleanStopUnderAnotherLeaderRecoversUpToIntentOrLandmark() {
    var stream = new StreamBounds("t", 10, 100, 4);
    assertThat(Resumption.of(at("t", 60, 1050, null), stream, "mark"))
        .isEqualTo(
            new Resumption(
                new StreamPosition("t", 60, 2),
                null,
                new Recovery(1050, Recovery.UNKNOWN, 3, "mark")));
  }

  @Test
  void leaderThatIsNotKnownIsAnotherOne() {
    var stream = new StreamBounds("t", 10, 100, -1);
    assertThat(Resumption.of(at("t", 60, 1050, null), stream, "mark").recovery())
        .isEqualTo(new Recovery(1050, Recovery.UNKNOWN, 3, "mark"));
  }

  @Test
  void anotherTopicHalts() {
    halts(at("u", 60, 50, null), 10, "the stream's topic was made anew: its id is t, not u");
  }

  @Test
  void expiredRecordsHalt() {
    halts(
        at("t", 9, 50, null),
        10,
        "the stream's records from offset 9 to 9 are not retained any more");
  }

  @Test
  void lostEndHalts() {
    halts(
        at("t", 101, 50, null),
        100,
        "the stream was cut back: it ends at offset 100, this target has read up to 101");
  }

  @Test
  void haltedStaysHaltedForItsFirstReason() {
    var halt = new Halt("a hole", true);
    assertThat(Resumption.of(at("t", 60, 1050, halt), STREAM, "mark").halt()).isEqualTo(halt);
    assertThat(Resumption.of(at("u", 60, 1050, halt), STREAM, "mark").halt()).isEqualTo(halt);
  }
}
