package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.validator.alert.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Promise: Good copies stay good. Targets that agree against their source accuse it, and are not
/// healed from it. Chunk 1 rots at the source: what is right hashes to 1, the rot to 7.
class SourceRotTest {
  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @BeforeEach
  void bothFollow() {
    it.source(1, 5, 1, 1);
    it.target("a", 1, 5, 1);
    it.target("b", 1, 5, 1);
    alive();
  }

  private void alive() {
    it.status("a", "following", 5);
    it.status("b", "following", 5);
  }

  private void pass(Duration time) {
    for (long second = 0; second < time.toSeconds(); second++) {
      alive();
      it.pass(Duration.ofSeconds(1));
    }
  }

  /// A write into the rotten chunk has hidden from the source that it rotted.
  private void rotHiddenByAWrite(long sequence) {
    it.source(1, sequence, 7, 2);
  }

  @Test
  void twoTargetsThatAgreeAccuseTheSourceAndAreNotHealedFromIt() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    pass(Duration.ofSeconds(3));
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 10, 1);
    pass(Duration.ofMinutes(5));

    Alert rot = only(sourceRot(it.alerts()));
    assertThat(rot.getTarget()).isNull();
    assertThat(Harness.chunks(rot.getChunks())).containsExactly(1);
    assertThat(rot.getSequence()).isEqualTo(10);
    assertThat(rot.getClosedAt()).isNull();
    assertThat(rot.getEvidence())
        .startsWith(
            "chunk 1 at sequence 10: source %s, but a and b all %s; "
                .formatted(Harness.digest(7), Harness.digest(1)))
        .contains("a person must find out");
    assertThat(it.requests()).isEmpty();
    assertThat(it.verdict("a")).isEqualTo(Verdict.DIVERGED);
    assertThat(it.verdict("b")).isEqualTo(Verdict.DIVERGED);
  }

  @Test
  void theyMayAnswerBeforeTheSourceDoes() {
    it.target("b", 1, 10, 1);
    it.target("a", 1, 10, 1);
    rotHiddenByAWrite(10);
    pass(Duration.ofMinutes(2));
    assertThat(sourceRot(it.alerts())).hasSize(1);
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void anotherPassFindsThemStillAtOddsAndAsksForNothing() {
    accuse();
    for (int pass = 3; pass < 6; pass++) {
      it.source(1, pass * 10, 7, pass);
      it.target("a", 1, pass * 10, 1);
      pass(Duration.ofSeconds(40));
      it.target("b", 1, pass * 10, 1);
    }
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
    assertThat(sourceRot(it.alerts())).allMatch(alert -> alert.getClosedAt() == null);
  }

  @Test
  void theAccusationIsOverWhenAllWhoMadeItWereEqualLater() {
    Alert open = accuse();
    it.source(1, 20, 1, 3);
    it.flush();
    assertThat(sourceRot(it.alerts())).isEmpty();
    it.target("a", 1, 20, 1);
    it.flush();
    assertThat(sourceRot(it.alerts())).isEmpty();
    it.target("b", 1, 20, 1);
    it.flush();
    List<Alert> closed = it.alerts();
    assertThat(closed).hasSize(2).allMatch(alert -> alert.getClosedAt() != null);
    assertThat(only(sourceRot(closed)).getId()).isEqualTo(open.getId());
    assertThat(it.storedTroubles()).isZero();
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void anAccusedSourceThatAlsoSaysThatItRottedMustBeWellInBothWays() {
    accuse();
    it.rotted(1, 20, 3);
    it.target("a", 1, 20, 1);
    it.target("b", 1, 20, 1);
    it.source(1, 30, 1, 4);
    it.flush();
    assertThat(sourceRot(it.alerts())).allMatch(alert -> alert.getClosedAt() == null);
    it.target("a", 1, 30, 1);
    it.target("b", 1, 30, 1);
    it.flush();
    assertThat(only(sourceRot(it.alerts())).getClosedAt()).isNotNull();
  }

  @Test
  void ofThreeTargetsOneThatDiffersAloneIsHealedAtOnce() {
    it.target("c", 1, 5, 1);
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.target("b", 1, 10, 1);
    it.flush();
    assertThat(it.requests()).isEmpty();
    it.target("c", 1, 10, 1);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
    assertThat(sourceRot(it.alerts())).isEmpty();
  }

  @Test
  void targetsThatDifferEachInItsOwnWayAreHealed() {
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.target("b", 1, 10, 8);
    it.flush();
    assertThat(it.requests()).extracting(ResyncRequest::getTarget).containsExactly("a", "b");
    assertThat(sourceRot(it.alerts())).isEmpty();
  }

  @Test
  void aThirdThatDiffersInItsOwnWayIsNotHealedFromAnAccusedSource() {
    it.target("c", 1, 5, 1);
    accuse();
    it.target("c", 1, 10, 9);
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void damageIsHealedAsSoonAsTheOtherTargetHasAnswered() {
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 10, 1);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void anAnswerWithoutADigestIsWaitedForNoLonger() {
    it.source(1, 10, 1, 2);
    it.noAnswer("b", 1, 10, NoDigest.UNDONE);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void whoIsStillRecoveringHasNotAcquittedTheSource() {
    rotHiddenByAWrite(10);
    it.noAnswer("b", 1, 10, NoDigest.RECOVERING);
    it.target("a", 1, 10, 1);
    pass(Duration.ofSeconds(10));
    assertThat(it.requests()).isEmpty();
    it.source(1, 20, 7, 3);
    it.target("b", 1, 20, 1);
    pass(Duration.ofSeconds(2));
    assertThat(it.requests()).isEmpty();
    it.target("a", 1, 20, 1);
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
    assertThat(sourceRot(it.alerts())).isNotEmpty().allMatch(rot -> rot.getClosedAt() == null);
  }

  @Test
  void itMayHaveSaidSoBeforeTheOtherAnsweredOrAfter() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    it.noAnswer("b", 1, 10, NoDigest.RECOVERING);
    it.flush();
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void onceItIsEqualTheOtherIsHealedAtOnce() {
    it.source(1, 10, 1, 2);
    it.noAnswer("b", 1, 10, NoDigest.RECOVERING);
    it.target("a", 1, 10, 9);
    it.source(1, 20, 1, 3);
    it.flush();
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 20, 1);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void oneThatRecoversAgainAndAgainDoesNotHoldHealingUpForEver() {
    for (int marker = 10; marker < 13; marker++) {
      it.source(1, marker, 1, marker);
      it.noAnswer("b", 1, marker, NoDigest.RECOVERING);
      it.target("a", 1, marker, 9);
      pass(Duration.ofSeconds(9));
      assertThat(it.requests()).isEmpty();
    }
    pass(Duration.ofSeconds(9));
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void aTargetThatIsBehindDoesNotHoldHealingUpForEver() {
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    pass(Duration.ofSeconds(28));
    assertThat(it.requests()).isEmpty();
    pass(Duration.ofSeconds(8));
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void aTargetThatHasHaltedIsNotWaitedFor() {
    it.status("b", "halted", 5);
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void aTargetThatIsNotHeardOfIsNotWaitedFor() {
    for (int second = 0; second < 31; second++) {
      it.status("a", "following", 5);
      it.pass(Duration.ofSeconds(1));
    }
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void whatWasSaidWhileTheValidatorWasAwayIsWaitedFor() {
    rotHiddenByAWrite(10);
    it.pass(Duration.ofMinutes(10));
    it = it.restarted();
    it.target("a", 1, 10, 1);
    it.flush();
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 10, 1);
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
    assertThat(sourceRot(it.alerts())).hasSize(1);
  }

  @Test
  void aTargetThatIsNoMoreIsNotWaitedFor() {
    it.gone("b");
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  @Test
  void whoAgreesTooLateToSaveTheOtherIsSavedItself() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    pass(Duration.ofSeconds(40));
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
    it.source(1, 20, 7, 2);
    it.target("a", 1, 20, 7);
    it.target("b", 1, 10, 1);
    it.target("b", 1, 20, 1);
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
    assertThat(sourceRot(it.alerts())).allMatch(alert -> alert.getClosedAt() == null).isNotEmpty();
  }

  @Test
  void answersThatAgreedLongAgoAccuseNobody() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    it.source(1, 20, 1, 3);
    it.target("a", 1, 20, 1);
    it.target("b", 1, 20, 1);
    it.target("b", 1, 10, 1);
    it.flush();
    assertThat(sourceRot(it.alerts())).isEmpty();
  }

  @Test
  void whenOneAccuserIsNoMoreTheOtherStillAccuses() {
    accuse();
    it.gone("a");
    pass(Duration.ofSeconds(2));
    assertThat(sourceRot(it.alerts())).isEmpty();
    it.gone("b");
    it.flush();
    assertThat(only(sourceRot(it.alerts())).getClosedAt()).isNotNull();
  }

  @Test
  void whatIsHeldBackAndWhoIsAccusedOutlivesARestart() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    it = it.restarted();
    pass(Duration.ofSeconds(2));
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 10, 1);
    it = it.restarted();
    pass(Duration.ofMinutes(2));
    assertThat(it.requests()).isEmpty();
    assertThat(sourceRot(it.alerts())).hasSize(1);
  }

  @Test
  void whatWasHeldBackBeforeARestartIsAskedForWhenTheOtherAnswers() {
    it.source(1, 10, 1, 2);
    it.target("a", 1, 10, 9);
    it = it.restarted();
    it.flush();
    assertThat(it.requests()).isEmpty();
    it.target("b", 1, 10, 1);
    it.flush();
    assertThat(only(it.requests()).getTarget()).isEqualTo("a");
  }

  /// Leaves nothing to read.
  private Alert accuse() {
    rotHiddenByAWrite(10);
    it.target("a", 1, 10, 1);
    it.target("b", 1, 10, 1);
    it.flush();
    assertThat(it.requests()).isEmpty();
    return only(sourceRot(it.alerts()));
  }

  private static List<Alert> sourceRot(List<Alert> alerts) {
    return alerts.stream().filter(alert -> alert.getKind().equals("source-rot")).toList();
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
