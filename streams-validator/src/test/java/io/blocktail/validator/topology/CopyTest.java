package io.blocktail.validator.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.validator.alert.Verdict;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is known of a target's copy is not known of the one that takes its place.
class CopyTest {
  private static final String FIRST = "aaaaaaaa-0000-0000-0000-000000000001";
  private static final String SECOND = "aaaaaaaa-0000-0000-0000-000000000002";

  private final Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @BeforeEach
  void firstCopyIsProved() {
    it.copy = FIRST;
    for (int chunk = 0; chunk < 4; chunk++) {
      it.source(chunk, 10 + chunk, 1, 5);
      it.target("a", chunk, 10 + chunk, 1);
    }
    it.status("a", "following", 13);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
    it.pass(Duration.ofSeconds(1));
  }

  @Test
  void aCopyMadeAnewBetweenTwoStatusesIsNotProvedByTheOneBefore() {
    it.copy = SECOND;
    it.status("a", "following", 13);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verification("a").verified()).isZero();
    assertThat(it.verdict("a")).isNotEqualTo(Verdict.EQUAL);
  }

  @Test
  void itMayAnswerAMarkerBeforeItsFirstStatus() {
    it.copy = SECOND;
    it.target("a", 0, 10, 1);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(1);
    assertThat(it.verdict("a")).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void itIsProvedByItsOwnAnswers() {
    it.copy = SECOND;
    it.status("a", "following", 13);
    for (int chunk = 0; chunk < 4; chunk++) {
      it.target("a", chunk, 10 + chunk, 1);
    }
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(5);
  }

  @Test
  void whatTheFormerCopySaidAndComesLateIsDropped() {
    it.source(0, 20, 1, 6);
    var late = it.micros();
    it.pass(Duration.ofSeconds(1));
    it.copy = SECOND;
    it.status("a", "following", 20);
    it.copy = FIRST;
    it.targetAt("a", 0, 20, 9, late);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.verification("a").diverged()).isZero();
    assertThat(requireNonNull(it.target("a").copy()).id()).isEqualTo(SECOND);
  }

  @Test
  void alertsAboutTheFormerCopyAreClosed() {
    it.source(0, 20, 1, 6);
    it.target("a", 0, 20, 9);
    it.flush();
    assertThat(it.alerts()).hasSize(1);
    it.copy = SECOND;
    it.status("a", "following", 20);
    it.flush();
    Alert closed = it.alerts().getFirst();
    assertThat(closed.getClosedAt()).isNotNull();
    assertThat(closed.getEvidence()).endsWith("the target's copy was made anew");
    assertThat(it.verification("a").diverged()).isZero();
  }

  @Test
  void aTargetThatDoesNotSayKeepsItsProof() {
    it.copy = null;
    it.status("a", "following", 13);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }
}
