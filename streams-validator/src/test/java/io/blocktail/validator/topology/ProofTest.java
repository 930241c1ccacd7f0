package io.blocktail.validator.topology;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.dynatrace.hash4j.hashing.Hashing;
import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.validator.alert.Proof;
import io.blocktail.validator.alert.Verdict;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A pass is proved for a target when every chunk of the volume had an equal digest in it.
class ProofTest {
  private Harness it = new Harness();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void theLastChunkMakesTheProof() {
    long started = it.micros();
    mark(0, 10, 5);
    mark(1, 11, 5);
    mark(2, 12, 5);
    it.status("a", "following", 12);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(3);
    assertThat(it.verdict("a")).isEqualTo(Verdict.UNKNOWN);
    it.pass(Duration.ofSeconds(2));
    mark(3, 13, 5);
    it.status("a", "following", 13);

    Proof proof = requireNonNull(it.verification("a").proof());
    assertThat(proof).isEqualTo(new Proof(5, 4, 10, 13, root(1, 1, 1, 1), started, it.micros()));
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void chunksInAnyOrderGiveTheSameRoot() {
    for (int chunk : new int[] {3, 0, 2, 1}) {
      it.source(chunk, 10 + chunk, chunk + 100, 5);
      it.target("a", chunk, 10 + chunk, chunk + 100);
    }
    assertThat(requireNonNull(it.verification("a").proof()).root())
        .isEqualTo(root(100, 101, 102, 103));
  }

  @Test
  void aDivergedChunkHealedWithinThePassCompletesIt() {
    mark(0, 10, 5);
    mark(1, 11, 5);
    it.source(2, 12, 1, 5);
    it.target("a", 2, 12, 9);
    mark(3, 13, 5);
    it.status("a", "following", 13);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verdict("a")).isEqualTo(Verdict.DIVERGED);
    it.source(2, 20, 1, 5);
    it.status("a", "following", 20);
    it.target("a", 2, 20, 1);
    Proof proof = requireNonNull(it.verification("a").proof());
    assertThat(proof.pass()).isEqualTo(5);
    assertThat(proof.lastSequence()).isEqualTo(20);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void aChunkThatDivergesLaterInThePassMustBeEqualAgain() {
    mark(0, 10, 5);
    mark(1, 11, 5);
    mark(2, 12, 5);
    it.source(0, 13, 1, 5);
    it.target("a", 0, 13, 9);
    mark(3, 14, 5);
    assertThat(it.verification("a").proof()).isNull();
    mark(0, 15, 5);
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(5);
  }

  @Test
  void aChunkThatALaterPassFindsDifferentIsCountedInNoEarlierPass() {
    mark(0, 10, 5);
    mark(1, 11, 5);
    mark(2, 12, 5);
    it.source(0, 13, 1, 6);
    it.target("a", 0, 13, 9);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(2);
    mark(3, 14, 5);
    assertThat(it.verification("a").proof()).isNull();
    mark(0, 15, 6);
    assertThat(it.verification("a").proof()).isNull();
    mark(0, 16, 5);
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(5);
  }

  @Test
  void aChunkThatALaterPassFindsDifferentIsNotCountedForAnAnswerThatComesLate() {
    it.source(0, 13, 1, 6);
    it.target("a", 0, 13, 9);
    mark(0, 10, 5);
    mark(1, 11, 5);
    mark(2, 12, 5);
    mark(3, 14, 5);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(3);
    assertThat(it.verification("a").proof()).isNull();
    mark(0, 15, 6);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verdict("a")).isNotEqualTo(Verdict.EQUAL);
  }

  @Test
  void aChunkWithoutAnAnswerLeavesThePassUnproved() {
    mark(0, 10, 5);
    mark(1, 11, 5);
    mark(2, 12, 5);
    it.source(3, 13, 1, 5);
    it.status("a", "following", 13);
    assertThat(it.verdict("a")).isEqualTo(Verdict.BEHIND);
    it.noAnswer("a", 3, 13, NoDigest.UNDONE);
    it.status("a", "following", 13);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verdict("a")).isEqualTo(Verdict.UNKNOWN);
  }

  @Test
  void aNewerPassReplacesTheProofAndAnOlderOneDoesNot() {
    for (int chunk = 0; chunk < 3; chunk++) {
      mark(chunk, 10 + chunk, 5);
    }
    for (int chunk = 0; chunk < 4; chunk++) {
      mark(chunk, 20 + chunk, 6);
    }
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(6);
    mark(3, 30, 5);
    assertThat(requireNonNull(it.verification("a").proof()).pass()).isEqualTo(6);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(4);
  }

  @Test
  void repeatedAnswersAreCountedOnce() {
    for (int i = 0; i < 3; i++) {
      mark(0, 10, 5);
    }
    mark(0, 14, 5);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(1);
  }

  @Test
  void eachTargetIsProvedForItself() {
    for (int chunk = 0; chunk < 4; chunk++) {
      mark(chunk, 10 + chunk, 5);
      it.target("b", chunk, 10 + chunk, chunk == 2 ? 9 : 1);
    }
    assertThat(it.verification("a").proof()).isNotNull();
    assertThat(it.verification("b").proof()).isNull();
    assertThat(it.verification("b").passes().countOf(5)).isEqualTo(3);
  }

  @Test
  void aTargetThatBeginsAnewIsNotProvedByItsFormerCopy() {
    for (int chunk = 0; chunk < 4; chunk++) {
      mark(chunk, 10 + chunk, 5);
    }
    it.status("a", "following", 13);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
    it.pass(Duration.ofSeconds(11));
    it.status("a", "following", 5);
    it.status("a", "following", 13);
    assertThat(it.verification("a").proof()).isNull();
    assertThat(it.verdict("a")).isEqualTo(Verdict.UNKNOWN);
    for (int chunk = 0; chunk < 4; chunk++) {
      mark(chunk, 20 + chunk, 6);
    }
    it.status("a", "following", 23);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void aTargetThatRecoversKeepsItsProof() {
    for (int chunk = 0; chunk < 4; chunk++) {
      mark(chunk, 10 + chunk, 5);
    }
    it.pass(Duration.ofSeconds(11));
    it.epoch = 0;
    it.status("a", "initializing", 0, 0, false);
    it.epoch = 1;
    it.status("a", "recovering", 5, 0, false);
    assertThat(it.verdict("a")).isEqualTo(Verdict.UNKNOWN);
    it.status("a", "following", 13);
    assertThat(it.verdict("a")).isEqualTo(Verdict.EQUAL);
  }

  @Test
  void proofsOutliveARestart() {
    mark(0, 10, 5);
    mark(1, 11, 5);
    it = it.restarted();
    mark(2, 12, 5);
    mark(3, 13, 5);
    Proof proof = requireNonNull(it.verification("a").proof());
    it = it.restarted();
    assertThat(it.verification("a").proof()).isEqualTo(proof);
  }

  @Test
  void aRecordThatCannotBeBelievedIsCountedAndPassedOver() {
    it.raw("demo/0", new byte[] {1, 2, 3});
    it.raw("demo/0", new byte[0]);
    mark(0, 10, 5);
    it.rawSource("demo/1", 0, 11);
    it.source(9, 12, 1, 5);
    it.flush();
    assertThat(it.refused()).isEqualTo(4);
    assertThat(it.verification("a").passes().countOf(5)).isEqualTo(1);
    List<Alert> alerts = it.alerts();
    assertThat(alerts).isEmpty();
  }

  private void mark(int chunk, long sequence, long pass) {
    it.source(chunk, sequence, 1, pass);
    it.target("a", chunk, sequence, 1);
  }

  private static String root(long... contents) {
    var stream = Hashing.xxh3_128().hashStream();
    for (long content : contents) {
      stream.putLong(content).putLong(~content);
    }
    var value = stream.get();
    var hex = HexFormat.of();
    return hex.toHexDigits(value.getMostSignificantBits())
        + hex.toHexDigits(value.getLeastSignificantBits());
  }
}
