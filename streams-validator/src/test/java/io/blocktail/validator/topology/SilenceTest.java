package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.validator.alert.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Silence always means trouble; a heartbeat alone is no sign of life.
class SilenceTest {
  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void aTargetThatPassesMarkersWithoutAnAnswerIsSilent() {
    it.source(0, 10, 1, 1);
    beat("following", 10, 31);
    assertThat(it.alerts()).isEmpty();
    beat("following", 10, 4);
    Alert alert = only(it.alerts());
    assertThat(alert.getKind()).isEqualTo("replica-silent");
    assertThat(alert.getTarget()).isEqualTo("a");
    assertThat(alert.getEvidence())
        .isEqualTo(
            "no answer to the marker at sequence 10; the last answer was at 0, for longer than"
                + " 30 s");
    it.target("a", 0, 10, 1);
    beat("following", 10, 2);
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(alert.getId());
    assertThat(closed.getClosedAt()).isNotNull();
  }

  @Test
  void newMarkersDoNotExcuseATargetThatAnswersNone() {
    it.status("a", "following", 0);
    for (int second = 0; second < 40; second++) {
      it.source(second % 4, 10 + second, 1, 1);
      beat("following", 10 + second, 1);
    }
    assertThat(only(it.alerts()).getKind()).isEqualTo("replica-silent");
  }

  @Test
  void aTargetThatIsBehindButMovesIsNotSilent() {
    it.source(0, 1000, 1, 1);
    it.published(1000);
    for (int second = 0; second < 90; second++) {
      beat("following", 10 + second, 1);
    }
    assertThat(it.alerts()).isEmpty();
  }

  @Test
  void aHeartbeatWithoutProgressIsSilence() {
    it.status("a", "following", 10);
    it.published(50);
    beat("following", 10, 35);
    Alert alert = only(it.alerts());
    assertThat(alert.getKind()).isEqualTo("replica-silent");
    assertThat(alert.getEvidence())
        .isEqualTo(
            "nothing applied since sequence 10, while 50 are published, for longer than 30 s");
    beat("following", 30, 2);
    assertThat(only(it.alerts()).getClosedAt()).isNotNull();
  }

  @Test
  void reasonsAreAnswersToo() {
    it.status("a", "recovering", 0, 0, false);
    for (int second = 0; second < 60; second++) {
      it.source(second % 4, 10 + second, 1, 1);
      it.noAnswer("a", second % 4, 10 + second, NoDigest.RECOVERING);
      it.pass(Duration.ofSeconds(1));
    }
    assertThat(it.alerts()).isEmpty();
  }

  @Test
  void afterARestartAnOpenAlertStaysUntilTheTargetMoves() {
    it.source(0, 10, 1, 1);
    beat("following", 10, 35);
    Alert open = only(it.alerts());
    it = it.restarted();
    beat("following", 10, 60);
    assertThat(it.alerts()).isEmpty();
    it.target("a", 0, 10, 1);
    beat("following", 10, 2);
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
  }

  @Test
  void aRestartOfTheValidatorBlamesNobodyForItsOwnAbsence() {
    it.status("a", "following", 10);
    it.source(0, 20, 1, 1);
    it.pass(Duration.ofSeconds(20));
    it = it.restarted();
    it.pass(Duration.ofSeconds(20));
    assertThat(it.alerts()).isEmpty();
  }

  @Test
  void aHaltedTargetIsAlertedOnceUntilItGoesOn() {
    it.status("a", "halted", 10);
    long found = it.micros();
    it.source(0, 20, 1, 1);
    beat("halted", 10, 60);
    Alert open = only(it.alerts());
    assertThat(open.getKind()).isEqualTo("replica-halted");
    assertThat(open.getEvidence()).isEqualTo("a hole in the stream");
    assertThat(open.getOpenedAt()).isEqualTo(found);
    assertThat(open.getSequence()).isEqualTo(10);
    it.status("a", "resyncing", 30, 4, false);
    it.flush();
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
    assertThat(it.verdict("a")).isEqualTo(Verdict.RESYNCING);
  }

  @Test
  void aRemovedTargetIsForgottenAndItsAlertsAreClosed() {
    it.status("a", "halted", 10);
    it.flush();
    it.alerts();
    it.gone("a");
    it.flush();
    Alert closed = only(it.alerts());
    assertThat(closed.getClosedAt()).isNotNull();
    assertThat(closed.getEvidence()).endsWith("the target was removed");
    it.source(0, 20, 1, 1);
    it.pass(Duration.ofMinutes(2));
    assertThat(it.alerts()).isEmpty();
  }

  /// The target's status, once a second.
  private void beat(String state, long watermark, int seconds) {
    for (int second = 0; second < seconds; second++) {
      it.status("a", state, watermark);
      it.pass(Duration.ofSeconds(1));
    }
    it.flush();
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
