package io.blocktail.validator.topology;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.validator.alert.Verdict;
import io.blocktail.validator.alert.Watch;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What differs is asked for again: in few requests, never twice at once, never from a rotted
/// source.
class ResyncTest {
  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void aThousandDivergedChunksMakeFewRequests() {
    it.chunks = 4000;
    for (int i = 0; i < 1000; i++) {
      it.diverge(i * 4, 100 + i);
    }
    it.flush();
    List<ResyncRequest> requests = it.requests();
    assertThat(requests).hasSize(1);
    assertThat(Harness.chunks(requests.getFirst().getChunks())).hasSize(1000);
    assertThat(it.alerts()).hasSize(1000);
    for (int i = 0; i < 1000; i++) {
      it.heal(i * 4, 2000 + i);
    }
    it.flush();
    assertThat(it.alerts()).hasSize(1000).allMatch(alert -> alert.getClosedAt() != null);
    assertThat(it.storedTroubles()).isZero();
  }

  @Test
  void moreRunsThanAGapTakesMakeMoreRequests() {
    it.chunks = 20_000;
    for (int i = 0; i < 5000; i++) {
      it.diverge(i * 2, 100 + i);
    }
    it.flush();
    List<ResyncRequest> requests = it.requests();
    assertThat(requests).hasSize(2);
    var asked = new TreeSet<Integer>();
    requests.forEach(request -> asked.addAll(Harness.chunks(request.getChunks())));
    assertThat(asked).hasSize(5000);
    assertThat(requests).extracting(ResyncRequest::getId).doesNotHaveDuplicates();
  }

  @Test
  void aRequestIsRepeatedEachTimeLater() {
    it.diverge(1, 10);
    it.flush();
    assertThat(only(it.requests()).getId()).endsWith("#1");
    it.pass(Duration.ofSeconds(29));
    assertThat(it.requests()).isEmpty();
    it.pass(Duration.ofSeconds(7));
    assertThat(only(it.requests()).getId()).endsWith("#2");
    it.pass(Duration.ofSeconds(50));
    assertThat(it.requests()).isEmpty();
    it.pass(Duration.ofSeconds(17));
    assertThat(only(it.requests()).getId()).endsWith("#3");
  }

  @Test
  void aRequestUnderWayIsNotRepeated() {
    it.diverge(1, 10);
    it.flush();
    assertThat(it.requests()).hasSize(1);
    for (int second = 0; second < 100; second++) {
      it.status("a", "resyncing", 11, 1, false);
      it.pass(Duration.ofSeconds(1));
    }
    assertThat(it.requests()).isEmpty();
    it.noAnswer("a", 1, 12, NoDigest.UNDONE);
    assertThat(it.verdict("a")).isEqualTo(Verdict.RESYNCING);
  }

  @Test
  void aChunkThatDivergesAgainAfterHealingIsAskedForAtOnce() {
    it.diverge(1, 10);
    it.flush();
    it.heal(1, 12);
    it.flush();
    it.diverge(1, 14);
    it.flush();
    assertThat(it.requests())
        .extracting(ResyncRequest::getId)
        .containsExactly("demo/a/1@1:10#1", "demo/a/1@1:14#1");
    List<Alert> alerts = it.alerts();
    assertThat(alerts).hasSize(3);
    assertThat(alerts.get(2).getId()).isNotEqualTo(alerts.get(0).getId());
  }

  @Test
  void aChunkThatDivergesAgainWhileAskedForIsNotAskedForTwice() {
    it.diverge(1, 10);
    it.flush();
    it.diverge(1, 12);
    it.flush();
    assertThat(it.requests()).hasSize(1);
    List<Alert> alerts = it.alerts();
    assertThat(alerts).extracting(Alert::getId).containsOnly(alerts.getFirst().getId());
    assertThat(alerts.getLast().getSequence()).isEqualTo(12);
  }

  @Test
  void withoutHealingItOnlyAlerts() {
    it.close();
    it = new Harness(new Watch.Settings(false, Duration.ofSeconds(30), 100));
    it.diverge(1, 10);
    it.pass(Duration.ofMinutes(5));
    assertThat(it.alerts()).isNotEmpty();
    assertThat(it.requests()).isEmpty();
  }

  @Test
  void aChunkThatRottedAtTheSourceIsNotAskedForUntilItIsWell() {
    it.rotted(1, 10, 1);
    it.flush();
    it.source(2, 9, 1, 1);
    it.target("a", 1, 8, 9);
    it.source(1, 8, 1, 1);
    it.flush();
    assertThat(it.verification("a").diverged()).isEqualTo(1);
    assertThat(it.requests()).isEmpty();
    it.source(1, 12, 3, 1);
    it.target("a", 1, 12, 9);
    it.pass(Duration.ofSeconds(40));
    assertThat(Harness.chunks(only(it.requests()).getChunks())).containsExactly(1);
  }

  @Test
  void whatWasNotYetSentBeforeARestartIsSentAfterIt() {
    it.diverge(1, 10);
    it = it.restarted();
    it.flush();
    assertThat(it.alerts()).hasSize(1);
    assertThat(it.requests()).hasSize(1);
  }

  private static <T> T only(List<T> all) {
    assertThat(all).hasSize(1);
    return all.getFirst();
  }
}
