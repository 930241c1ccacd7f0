package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.ChunkSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class UndoneTest {
  private final Undone undone = new Undone(List.of());

  private static ChunkSet run(int first, int count) {
    return new ChunkSet(List.of(new ChunkSet.Run(first, count)));
  }

  @Test
  void piecesThatCoverAChunkMakeItDone() {
    undone.open(7, run(0, 2));
    undone.base(7, 1, 0, 60, 100);
    assertThat(undone.contains(1)).isTrue();
    undone.base(7, 1, 60, 40, 100);
    assertThat(undone.contains(1)).isFalse();
    assertThat(undone.all()).isEqualTo(run(0, 1));
  }

  @Test
  void pieceThatIsMissingLeavesTheChunkUndone() {
    undone.open(7, run(0, 1));
    undone.base(7, 0, 60, 40, 100);
    undone.base(7, 0, 0, 30, 100);
    undone.base(7, 0, 60, 40, 100);
    assertThat(undone.count()).isEqualTo(1);
  }

  @Test
  void piecesThatStartOverCountFromTheirStart() {
    undone.open(7, run(0, 1));
    undone.base(7, 0, 0, 60, 100);
    undone.base(7, 0, 0, 50, 100);
    undone.base(7, 0, 50, 50, 100);
    assertThat(undone.count()).isZero();
  }

  @Test
  void newerGapTakesTheChunkOver() {
    undone.open(7, run(0, 2));
    undone.base(7, 0, 0, 60, 100);
    undone.open(9, run(0, 1));
    undone.base(7, 0, 60, 40, 100);
    undone.base(9, 0, 60, 40, 100);
    assertThat(undone.contains(0)).isTrue();
    undone.base(7, 1, 0, 100, 100);
    undone.base(9, 0, 0, 100, 100);
    assertThat(undone.count()).isZero();
  }

  @Test
  void endOfAGapLeavesItsOwnChunksOver() {
    undone.open(7, run(0, 2));
    undone.open(9, run(1, 2));
    undone.end(7);
    assertThat(undone.leftOver()).isEqualTo(run(0, 1));
    assertThat(undone.all()).isEqualTo(run(0, 3));
    undone.open(11, run(0, 1));
    assertThat(undone.leftOver()).isEqualTo(ChunkSet.EMPTY);
  }

  @Test
  void snapshotRemembersEverything() {
    undone.open(7, run(0, 2));
    undone.base(7, 1, 0, 60, 100);
    undone.open(9, run(4, 1));
    undone.end(9);
    var same = new Undone(undone.snapshot());
    assertThat(same.snapshot()).isEqualTo(undone.snapshot());
    assertThat(same.leftOver()).isEqualTo(run(4, 1));
    same.base(7, 1, 60, 40, 100);
    assertThat(same.contains(1)).isFalse();
  }
}
