package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.event.avro.ResyncRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// Promise: Convergent. What differs is alerted, asked for, and closed when it is equal again.
class DivergenceTest {
  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void equalDigestsRaiseNothing() {
    it.source(0, 10, 1, 1);
    it.target("a", 0, 10, 1);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.requests()).isEmpty();
    assertThat(it.verification("a").diverged()).isZero();
  }

  @Test
  void divergedChunkIsAlertedAskedForHealedAndClosed() {
    it.source(2, 10, 1, 7);
    it.target("a", 2, 10, 9);
    long found = it.micros();
    it.flush();

    Alert open = only(it.alerts());
    assertThat(open.getKind()).isEqualTo("divergence");
    assertThat(open.getTarget()).isEqualTo("a");
    assertThat(open.getVolumeId()).isEqualTo(Harness.VOLUME);
    assertThat(Harness.chunks(open.getChunks())).containsExactly(2);
    assertThat(open.getSequence()).isEqualTo(10);
    assertThat(open.getOpenedAt()).isEqualTo(found);
    assertThat(open.getClosedAt()).isNull();
    assertThat(open.getEvidence())
        .isEqualTo(
            "chunk 2 at sequence 10: source %s, target %s"
                .formatted(Harness.digest(1), Harness.digest(9)));

    ResyncRequest request = only(it.requests());
    assertThat(request.getVolume()).isEqualTo("demo");
    assertThat(request.getVolumeId()).isEqualTo(Harness.VOLUME);
    assertThat(request.getTarget()).isEqualTo("a");
    assertThat(request.getPass()).isEqualTo(7);
    assertThat(request.getId()).isEqualTo("demo/a/2@1:10#1");
    assertThat(Harness.chunks(request.getChunks())).containsExactly(2);

    it.source(2, 14, 1, 7);
    it.target("a", 2, 14, 1);
    long healed = it.micros();
    it.flush();
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isEqualTo(healed);
    assertThat(it.requests()).isEmpty();
    assertThat(it.verification("a").diverged()).isZero();
    assertThat(it.storedTroubles()).isZero();
  }

  @Test
  void theAnswerMayComeBeforeTheSource() {
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    it.source(1, 10, 1, 1);
    it.flush();
    assertThat(it.alerts()).hasSize(1);
    assertThat(it.requests()).hasSize(1);
  }

  @Test
  void repeatedRecordsChangeNothing() {
    for (int i = 0; i < 3; i++) {
      it.source(1, 10, 1, 1);
      it.target("a", 1, 10, 9);
    }
    it.flush();
    assertThat(it.alerts()).hasSize(1);
    assertThat(it.requests()).hasSize(1);
    it.source(1, 12, 1, 1);
    it.target("a", 1, 12, 1);
    it.target("a", 1, 10, 9);
    it.source(1, 10, 1, 1);
    it.flush();
    assertThat(only(it.alerts()).getClosedAt()).isNotNull();
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void anOlderSequenceNeverOverwritesANewerVerdict() {
    it.source(1, 10, 1, 1);
    it.source(1, 20, 1, 2);
    it.target("a", 1, 20, 1);
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    it.source(1, 30, 1, 3);
    it.target("a", 1, 30, 9);
    it.flush();
    assertThat(it.alerts()).hasSize(1);
    it.source(1, 25, 1, 2);
    it.target("a", 1, 25, 1);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.verification("a").diverged()).isEqualTo(1);
  }

  @Test
  void targetsDivergeEachForItself() {
    it.source(1, 10, 1, 1);
    it.target("a", 1, 10, 9);
    it.target("b", 1, 10, 1);
    it.target("c", 1, 10, 8);
    it.flush();
    assertThat(it.alerts()).extracting(Alert::getTarget).containsExactly("a", "c");
    assertThat(it.requests()).extracting(ResyncRequest::getTarget).containsExactly("a", "c");
    it.source(1, 11, 1, 1);
    it.target("a", 1, 11, 1);
    it.flush();
    assertThat(only(it.alerts()).getTarget()).isEqualTo("a");
    assertThat(it.verification("b").diverged()).isZero();
    assertThat(it.verification("c").diverged()).isEqualTo(1);
  }

  @Test
  void neighboursShareOneAlert() {
    it.chunks = 20;
    for (int chunk : new int[] {4, 9, 3, 5}) {
      it.source(chunk, 10 + chunk, 1, 1);
      it.target("a", chunk, 10 + chunk, 9);
    }
    it.flush();
    List<Alert> alerts = it.alerts();
    assertThat(alerts).hasSize(2);
    assertThat(Harness.chunks(alerts.get(0).getChunks())).containsExactly(3, 4, 5);
    assertThat(Harness.chunks(alerts.get(1).getChunks())).containsExactly(9);
    assertThat(Harness.chunks(only(it.requests()).getChunks())).containsExactly(3, 4, 5, 9);
  }

  @Test
  void aRunThatGrowsKeepsItsAlert() {
    it.diverge(3, 10);
    it.flush();
    Alert first = only(it.alerts());
    it.diverge(4, 11);
    it.flush();
    Alert grown = only(it.alerts());
    assertThat(grown.getId()).isEqualTo(first.getId());
    assertThat(Harness.chunks(grown.getChunks())).containsExactly(3, 4);
    assertThat(grown.getSequence()).isEqualTo(11);
    it.heal(3, 20);
    it.flush();
    assertThat(only(it.alerts()).getClosedAt()).isNull();
    it.heal(4, 21);
    it.flush();
    assertThat(only(it.alerts()).getClosedAt()).isNotNull();
    assertThat(it.storedTroubles()).isZero();
  }

  @Test
  void whenTwoRunsMeetTheOlderAlertCoversBoth() {
    it.diverge(1, 10);
    it.flush();
    it.diverge(3, 11);
    it.flush();
    List<Alert> two = it.alerts();
    it.diverge(2, 12);
    it.flush();
    List<Alert> states = it.alerts();
    Alert older = Harness.last(states, two.get(0));
    Alert younger = Harness.last(states, two.get(1));
    assertThat(Harness.chunks(older.getChunks())).containsExactly(1, 2, 3);
    assertThat(older.getClosedAt()).isNull();
    assertThat(younger.getClosedAt()).isNotNull();
    assertThat(younger.getEvidence()).endsWith("goes on in " + older.getId());
    it.heal(1, 20);
    it.heal(2, 21);
    it.heal(3, 22);
    it.flush();
    assertThat(only(it.alerts()).getClosedAt()).isNotNull();
    assertThat(it.storedTroubles()).isZero();
  }

  @Test
  void undoneAndRecoveringAnswersAreNoDivergence() {
    it.source(1, 10, 1, 1);
    it.noAnswer("a", 1, 10, NoDigest.UNDONE);
    it.source(1, 11, 1, 1);
    it.noAnswer("a", 1, 11, NoDigest.RECOVERING);
    it.source(1, 12, 1, 1);
    it.noAnswer("a", 1, 12, NoDigest.HALTED);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.requests()).isEmpty();
    assertThat(it.verification("a").verified()).isZero();
  }

  @Test
  void rotAtTheSourceAccusesTheSourceAndHealsNothing() {
    it.source(1, 10, 1, 1);
    it.target("a", 1, 10, 1);
    it.rotted(1, 20, 2);
    it.target("a", 1, 20, 1);
    it.flush();
    Alert open = only(it.alerts());
    assertThat(open.getKind()).isEqualTo("source-rot");
    assertThat(open.getTarget()).isNull();
    assertThat(Harness.chunks(open.getChunks())).containsExactly(1);
    assertThat(open.getEvidence())
        .isEqualTo("chunk 1 at sequence 20: content changed without a change in its history");
    assertThat(it.requests()).isEmpty();
    it.source(1, 30, 5, 3);
    it.flush();
    assertThat(only(it.alerts()).getClosedAt()).isNotNull();
  }

  @Test
  void anOlderEpochIsDropped() {
    it.epoch = 2;
    it.source(1, 10, 1, 1);
    it.target("a", 1, 10, 1);
    it.epoch = 1;
    it.source(1, 12, 1, 1);
    it.target("a", 1, 12, 9);
    it.source(2, 13, 1, 1);
    it.target("a", 2, 13, 9);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.verification("a").diverged()).isZero();
  }

  @Test
  void anotherVolumeOfTheNameStartsAfresh() {
    it.diverge(1, 10);
    it.flush();
    Alert open = only(it.alerts());
    it.pass(Duration.ofSeconds(1));
    it.volumeId = "22222222-2222-2222-2222-222222222222";
    it.source(1, 5, 1, 1);
    it.target("a", 1, 5, 1);
    it.flush();
    var closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
    assertThat(closed.getEvidence()).endsWith("another volume has taken the name");
    assertThat(it.verification("a").diverged()).isZero();
    it.requests();
    it.volumeId = Harness.VOLUME;
    it.target("a", 1, 10, 9);
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void openAlertsOutliveARestart() {
    it.diverge(1, 10);
    it.flush();
    Alert open = only(it.alerts());
    it.requests();
    it = it.restarted();
    it.flush();
    assertThat(it.alerts()).isEmpty();
    assertThat(it.requests()).isEmpty();
    it.heal(1, 12);
    it.flush();
    Alert closed = only(it.alerts());
    assertThat(closed.getId()).isEqualTo(open.getId());
    assertThat(closed.getClosedAt()).isNotNull();
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
