package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Chain.Verdict;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A reader that has seen epoch 2 up to sequence 10.
class ChainTest {
  private static final Chain CHAIN = new Chain(2, 10);

  @ParameterizedTest(name = "epoch {1}: {2} after {3} is {4}")
  @CsvSource({
    "change, 2, 11, 10, NEXT",
    "change, 2, 15,  9, NEXT",
    "change, 2, 12, 11, HOLE",
    "change, 2, 10,  9, DUPLICATE",
    "change, 2,  3,  2, DUPLICATE",
    "change, 1, 11, 10, FENCED",
    "change, 1,  3,  2, FENCED",
    "change, 3, 11, 10, HOLE",
    "EPOCH,  3, 11, 10, NEXT",
    "EPOCH,  3,  9,  8, NEXT",
    "EPOCH,  3, 12, 11, HOLE",
    "EPOCH,  2, 11, 10, DUPLICATE",
    "EPOCH,  1, 11, 10, FENCED",
  })
  void eachEventIsJudged(String kind, int epoch, long sequence, long previous, Verdict verdict) {
    Body body =
        kind.equals("EPOCH")
            ? new Body.Epoch(
                new Ownership(new UUID(1, 2), Geometry.of(1 << 20), "other"), ChunkSet.EMPTY)
            : new Body.Zero(0, 4096);
    assertThat(CHAIN.judge(new Event(sequence, previous, epoch, 0, "", body))).isEqualTo(verdict);
  }

  @ParameterizedTest
  @CsvSource({"EPOCH, 1, NEXT", "change, 1, HOLE", "change, 2, HOLE"})
  void aStreamBeginsWithAnEpoch(String kind, long sequence, Verdict verdict) {
    Body body =
        kind.equals("EPOCH")
            ? new Body.Epoch(
                new Ownership(new UUID(1, 2), Geometry.of(1 << 20), "first"), ChunkSet.EMPTY)
            : new Body.Zero(0, 4096);
    assertThat(Chain.START.judge(new Event(sequence, sequence - 1, 1, 0, "", body)))
        .isEqualTo(verdict);
  }
}
