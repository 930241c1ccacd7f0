package io.blocktail.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.blocktail.volume.ChunkSet.Run;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ChunkSetTest {
  @Test
  void runsThatTouchOrOverlapAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChunkSet(List.of(new Run(0, 2), new Run(2, 1))));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChunkSet(List.of(new Run(5, 1), new Run(1, 1))));
  }

  @Test
  void setsBehaveAsBitSetsDo() {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 1_000; round++) {
      BitSet left = bits(random);
      BitSet right = bits(random);
      var a = ChunkSet.of(left);
      var b = ChunkSet.of(right);
      var or = (BitSet) left.clone();
      or.or(right);
      var without = (BitSet) left.clone();
      without.andNot(right);
      assertThat(a.union(b).toBitSet()).as("seed %d", seed).isEqualTo(or);
      assertThat(a.minus(b).toBitSet()).as("seed %d", seed).isEqualTo(without);
      assertThat(a.count()).isEqualTo(left.cardinality());
      assertThat(a.indexes().toArray()).isEqualTo(left.stream().toArray());
      assertThat(a.contains(7)).isEqualTo(left.get(7));
      assertThat(a.fits(left.length())).isTrue();
      assertThat(left.isEmpty() || !a.fits(left.length() - 1)).isTrue();
    }
  }

  private static BitSet bits(Random random) {
    var bits = new BitSet();
    for (int i = random.nextInt(30); i > 0; i--) {
      bits.set(random.nextInt(40));
    }
    return bits;
  }
}
