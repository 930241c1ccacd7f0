package io.blocktail.validator.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.Digest;
import io.blocktail.validator.compare.Observation.Compared;
import io.blocktail.validator.compare.Observation.Marked;
import io.blocktail.validator.compare.Observation.Peers;
import io.blocktail.validator.compare.Report.Answer;
import io.blocktail.validator.compare.Report.Marker;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChunkHistoryTest {
  private ChunkHistory history = ChunkHistory.EMPTY;

  @Test
  void equalDigestsAtOnePointAreEqual() {
    take(marker("v", 1, 10, 1));
    Compared compared = compared(take(answer("v", 1, 10, 1)));
    assertThat(compared.outcome()).isEqualTo(new Outcome.Equal(new Digest(1, 1)));
  }

  @Test
  void differentDigestsAtOnePointAreDiverged() {
    take(answer("v", 1, 10, 2));
    List<Observation> seen = take(marker("v", 1, 10, 1));
    assertThat(seen.getFirst()).isInstanceOf(Marked.class);
    assertThat(compared(seen.subList(1, 2)).outcome())
        .isEqualTo(new Outcome.Diverged(new Digest(1, 1), new Digest(2, 2)));
    assertThat(history.answers()).isEmpty();
  }

  @Test
  void differentPointsAreNeverCompared() {
    take(marker("v", 1, 10, 1));
    assertThat(take(answer("v", 1, 11, 2))).isEmpty();
    assertThat(take(answer("v", 2, 10, 2))).isEmpty();
    assertThat(take(answer("w", 1, 10, 2))).isEmpty();
  }

  @Test
  void aRottedSourceIsNotCompared() {
    take(new Marker(new Point("v", 1, 10), null, 1, 4, 0));
    assertThat(compared(take(answer("v", 1, 10, 2))).outcome())
        .isInstanceOf(Outcome.NoAnswer.class);
  }

  @Test
  void ofTwoMarkersOfOnePointTheFirstCounts() {
    take(marker("v", 1, 10, 1));
    assertThat(take(marker("v", 1, 10, 2))).isEmpty();
    assertThat(compared(take(answer("v", 1, 10, 1))).outcome()).isInstanceOf(Outcome.Equal.class);
  }

  @Test
  void onlyTheNewestMarkersAreKept() {
    for (int sequence = 100; sequence > 0; sequence--) {
      take(marker("v", 1, sequence, 1));
    }
    assertThat(history.markers()).hasSize(ChunkHistory.MARKERS);
    assertThat(history.markers().getFirst().point().sequence()).isEqualTo(100);
    assertThat(take(marker("v", 1, 50, 1))).isEmpty();
    assertThat(take(answer("v", 1, 100, 1))).hasSize(1);
  }

  @Test
  void onlyTheNewestAnswersOfATargetWait() {
    for (int sequence = 1; sequence <= 100; sequence++) {
      take(answer("v", 1, sequence, 1));
    }
    assertThat(history.answers()).hasSize(ChunkHistory.ANSWERS);
    assertThat(take(marker("v", 1, 92, 1))).hasSize(1);
    assertThat(take(marker("v", 1, 93, 1))).hasSize(2);
  }

  @Test
  void aFloodOfTargetsDoesNotGrowIt() {
    for (int i = 0; i < 2000; i++) {
      take(new Answer("t" + i, null, new Point("v", 1, i + 1), new Digest(1, 1), null, 0));
    }
    assertThat(history.answers()).hasSize(ChunkHistory.ALL_ANSWERS);
  }

  @Test
  void anOlderEpochIsDropped() {
    take(answer("v", 1, 12, 2));
    take(marker("v", 2, 10, 1));
    assertThat(take(marker("v", 1, 12, 1))).isEmpty();
    assertThat(take(answer("v", 1, 13, 2))).isEmpty();
    assertThat(history.answers()).isEmpty();
  }

  @Test
  void aSuccessorsAnswerMayComeBeforeItsMarker() {
    take(marker("v", 1, 10, 1));
    take(answer("w", 1, 3, 2));
    assertThat(take(markerAt("w", 3, 1, 1))).hasSize(2);
    assertThat(history.retired()).containsExactly("v");
  }

  @Test
  void aFormerVolumeIsDroppedUnlessItSpeaksLater() {
    take(markerAt("v", 10, 1, 5));
    take(markerAt("w", 3, 1, 9));
    assertThat(take(markerAt("v", 11, 1, 6))).isEmpty();
    assertThat(take(answer("v", 1, 10, 2))).isEmpty();
    assertThat(take(markerAt("v", 12, 1, 10))).hasSize(1);
    assertThat(history.retired()).containsExactly("w");
  }

  @Test
  void answersThatAgreeAgainstTheSourceAreSeenToAgreeWhicheverComesFirst() {
    take(marker("v", 1, 10, 1));
    assertThat(compared(take(answerOf("a", "v", 1, 10, 2))).others()).isEqualTo(Peers.NONE);
    take(answerOf("c", "v", 1, 10, 1));
    for (int sequence = 11; sequence < 10 + ChunkHistory.MARKERS; sequence++) {
      take(marker("v", 1, sequence, 1));
    }
    assertThat(compared(take(answerOf("b", "v", 1, 10, 2))).others())
        .isEqualTo(new Peers(List.of("a"), List.of("a")));
    assertThat(compared(take(answerOf("d", "v", 1, 10, 3))).others())
        .isEqualTo(new Peers(List.of("a", "b"), List.of()));
  }

  @Test
  void answersThatWaitForTheirMarkerAreSeenToAgree() {
    take(answerOf("a", "v", 1, 10, 2));
    take(answerOf("b", "v", 1, 10, 2));
    List<Observation> seen = take(marker("v", 1, 10, 1));
    assertThat(seen.subList(1, 3))
        .extracting(observation -> ((Compared) observation).others().alike())
        .containsExactly(List.of("b"), List.of("a"));
  }

  @Test
  void anAnswerWithoutADigestAgreesWithNobody() {
    take(marker("v", 1, 10, 1));
    take(new Answer("a", null, new Point("v", 1, 10), null, "UNDONE", 0));
    take(new Answer("b", null, new Point("v", 1, 10), null, "UNDONE", 0));
    assertThat(compared(take(answerOf("c", "v", 1, 10, 2))).others())
        .isEqualTo(new Peers(List.of("a", "b"), List.of()));
  }

  @Test
  void aTargetsNewerAnswerTakesThePlaceOfTheOlder() {
    take(marker("v", 1, 10, 1));
    take(answerOf("a", "v", 1, 10, 2));
    take(answerOf("a", "v", 1, 10, 1));
    assertThat(compared(take(answerOf("b", "v", 1, 10, 2))).others()).isEqualTo(Peers.NONE);
  }

  @Test
  void whatWasSaidAtForgottenMarkersIsForgotten() {
    for (int sequence = 1; sequence <= 100; sequence++) {
      take(marker("v", 1, sequence, 1));
      take(answer("v", 1, sequence, 2));
    }
    assertThat(history.dissents()).hasSize(ChunkHistory.MARKERS);
    for (int i = 0; i < 2000; i++) {
      take(answerOf("t" + i, "v", 1, 100, 2));
    }
    assertThat(history.dissents()).hasSize(ChunkHistory.ALL_ANSWERS);
  }

  private List<Observation> take(Report report) {
    var step = history.take(3, report);
    history = step.history();
    return step.observations();
  }

  private static Compared compared(List<Observation> seen) {
    assertThat(seen).hasSize(1);
    return (Compared) new ArrayList<>(seen).getFirst();
  }

  private static Marker marker(String volume, int epoch, long sequence, long content) {
    return new Marker(
        new Point(volume, epoch, sequence), new Digest(content, content), 1, 4, sequence);
  }

  private static Marker markerAt(String volume, long sequence, long content, long at) {
    return new Marker(new Point(volume, 1, sequence), new Digest(content, content), 1, 4, at);
  }

  private static Answer answer(String volume, int epoch, long sequence, long content) {
    return answerOf("a", volume, epoch, sequence, content);
  }

  private static Answer answerOf(
      String target, String volume, int epoch, long sequence, long content) {
    return new Answer(
        target, null, new Point(volume, epoch, sequence), new Digest(content, content), null, 0);
  }
}
