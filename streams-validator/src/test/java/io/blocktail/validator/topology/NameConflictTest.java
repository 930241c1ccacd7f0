package io.blocktail.validator.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.validator.alert.Verdict;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two producers have a volume of one name, or two consumers a target: what is known of the one
/// that has the name is not lost, and a person is told. Chunk 1 of target `b` differs.
class NameConflictTest {
  private static final String OTHER_VOLUME = "22222222-2222-2222-2222-222222222222";
  private static final String FIRST = "aaaaaaaa-0000-0000-0000-000000000001";
  private static final String SECOND = "aaaaaaaa-0000-0000-0000-000000000002";

  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @BeforeEach
  void oneIsProvedAndOneDiffers() {
    it.copy = FIRST;
    for (int chunk = 0; chunk < 4; chunk++) {
      it.source(chunk, 10 + chunk, 1, 5);
      it.target("a", chunk, 10 + chunk, 1);
      it.target("b", chunk, 10 + chunk, chunk == 1 ? 9 : 1);
    }
    it.status("a", "following", 13);
    it.published(13);
    it.flush();
    assertThat(kinds(it.alerts())).containsExactly("divergence");
  }

  private static List<String> kinds(List<Alert> alerts) {
    return alerts.stream().map(Alert::getKind).toList();
  }

  private void producer(String volume) {
    String mine = it.volumeId;
    it.volumeId = volume;
    it.published(volume.equals(Harness.VOLUME) ? 13 : 0);
    it.volumeId = mine;
  }

  private void bothProducers(int seconds) {
    for (int second = 0; second < seconds; second++) {
      producer(Harness.VOLUME);
      it.pass(Duration.ofMillis(500));
      producer(OTHER_VOLUME);
      it.pass(Duration.ofMillis(500));
      it.status("a", "following", 13);
    }
  }

  @Test
  void aProducerThatTheStreamRefusesClosesNoAlertAndTakesNoProof() {
    bothProducers(15);
    assertThat(kinds(it.alerts())).containsExactly("name-conflict");
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(5);
    assertThat(it.verification("b").diverged()).isEqualTo(1);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void digestsMarkedBeforeItSpokeAreStillCompared() {
    it.source(2, 20, 1, 6);
    it.pass(Duration.ofSeconds(1));
    bothProducers(2);
    it.target("a", 2, 20, 9);
    assertThat(it.verification("a").diverged()).isEqualTo(1);
  }

  @Test
  void theAlertNamesBothVolumesAndIsOverWhenOneIsSilent() {
    bothProducers(15);
    Alert open = only(it.alerts());
    assertThat(open.getTarget()).isNull();
    assertThat(open.getVolumeId()).isEqualTo(Harness.VOLUME);
    assertThat(open.getEvidence()).contains(Harness.VOLUME + " and " + OTHER_VOLUME);
    beat(29);
    assertThat(it.alerts()).isEmpty();
    beat(3);
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
    bothProducers(15);
    assertThat(only(it.alerts()).getClosedAt()).isNull();
  }

  @Test
  void anAlertOutlivesARestart() {
    bothProducers(15);
    Alert open = only(it.alerts());
    it = it.restarted();
    bothProducers(40);
    assertThat(it.alerts()).isEmpty();
    it = it.restarted();
    beat(32);
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
  }

  @Test
  void aNewVolumeHasTheNameOnceAMarkerOfItWentThroughTheStream() {
    it.volumeId = OTHER_VOLUME;
    for (int second = 0; second < 90; second++) {
      it.published(1);
      it.pass(Duration.ofSeconds(1));
    }
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(5);
    assertThat(it.alerts()).allMatch(alert -> !alert.getKind().equals("name-conflict"));
    it.source(0, 2, 1, 1);
    it.target("a", 0, 2, 1);
    it.flush();
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.alerts()).extracting(Alert::getClosedAt).isNotEmpty().doesNotContainNull();
    it.volumeId = Harness.VOLUME;
    it.target("a", 0, 10, 9);
    assertThat(it.verification("a").diverged()).isZero();
  }

  private void bothConsumers(int seconds) {
    for (int second = 0; second < seconds; second++) {
      consumer(SECOND);
      consumer(FIRST);
      producer(Harness.VOLUME);
    }
  }

  private void consumer(String copy) {
    it.copy = copy;
    it.pass(Duration.ofMillis(500));
    it.status("a", "following", 13);
  }

  @Test
  void twoConsumersOfATargetMakeItForgottenOnceAtMost() {
    bothConsumers(1);
    it.copy = SECOND;
    for (int chunk = 0; chunk < 4; chunk++) {
      it.target("a", chunk, 10 + chunk, 1);
    }
    it.source(3, 20, 1, 6);
    it.target("a", 3, 20, 9);
    it.flush();
    assertThat(kinds(it.alerts())).containsExactly("divergence");
    bothConsumers(15);
    Alert alert = only(it.alerts());
    assertThat(alert.getKind()).isEqualTo("name-conflict");
    assertThat(alert.getTarget()).isEqualTo("a");
    assertThat(alert.getEvidence()).contains(SECOND + " and " + FIRST);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(3);
    assertThat(it.verification("a").diverged()).isEqualTo(1);
    assertThat(requireNonNull(it.target("a").copy()).id()).isEqualTo(SECOND);
  }

  @Test
  void aFormerCopyThatIsPutBackHasTheNameOnceTheOtherIsSilent() {
    bothConsumers(15);
    assertThat(only(it.alerts()).getClosedAt()).isNull();
    it.copy = FIRST;
    for (int second = 0; second < 32; second++) {
      it.status("a", "following", 13);
      producer(Harness.VOLUME);
      it.pass(Duration.ofSeconds(1));
    }
    assertThat(requireNonNull(it.target("a").copy()).id()).isEqualTo(FIRST);
    Alert closed =
        only(it.alerts().stream().filter(one -> one.getKind().equals("name-conflict")).toList());
    assertThat(closed.getClosedAt()).isNotNull();
    assertThat(closed.getEvidence()).endsWith("a former copy of the target was put back");
  }

  @Test
  void afterARestartAFormerCopyIsNotTakenForOneThatWasPutBack() {
    bothConsumers(2);
    it = it.restarted();
    it.copy = FIRST;
    it.status("a", "following", 13);
    assertThat(requireNonNull(it.target("a").copy()).id()).isEqualTo(SECOND);
  }

  private void beat(int seconds) {
    for (int second = 0; second < seconds; second++) {
      it.status("a", "following", 13);
      producer(Harness.VOLUME);
      it.pass(Duration.ofSeconds(1));
    }
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
