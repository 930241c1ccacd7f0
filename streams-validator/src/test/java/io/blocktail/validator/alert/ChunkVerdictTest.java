package io.blocktail.validator.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.Digest;
import io.blocktail.validator.compare.Point;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ChunkVerdictTest {
  private static final Digest DIGEST = new Digest(1, 2);

  /// Before, then the next comparison (sequence, equal, pass), then after.
  static Stream<Arguments> table() {
    return Stream.of(
        Arguments.of(null, 10, true, 5L, verdict(10, true, 5)),
        Arguments.of(null, 10, false, 5L, verdict(10, false)),
        Arguments.of(null, 10, true, 0L, verdict(10, true)),
        Arguments.of(verdict(10, true, 5), 11, true, 5L, verdict(11, true, 5)),
        Arguments.of(verdict(10, true, 5), 11, true, 6L, verdict(11, true, 6, 5)),
        Arguments.of(verdict(10, true, 5), 11, false, 5L, verdict(11, false)),
        Arguments.of(verdict(10, true, 5), 11, false, 6L, verdict(11, false)),
        Arguments.of(verdict(10, false), 11, true, 5L, verdict(11, true, 5)),
        Arguments.of(verdict(10, true, 5), 10, true, 5L, verdict(10, true, 5)),
        Arguments.of(verdict(10, true, 5), 9, false, 5L, verdict(10, true, 5)),
        Arguments.of(verdict(10, true, 5), 9, true, 4L, verdict(10, true, 5, 4)),
        Arguments.of(verdict(10, false), 9, true, 4L, verdict(10, false)),
        Arguments.of(verdict(10, true, 9, 8, 7, 6), 11, true, 10L, verdict(11, true, 10, 9, 8, 7)),
        Arguments.of(verdict(10, true, 9, 8, 7, 6), 11, true, 5L, verdict(11, true, 9, 8, 7, 6)));
  }

  @ParameterizedTest
  @MethodSource("table")
  void after(
      @Nullable ChunkVerdict before, long sequence, boolean equal, long pass, ChunkVerdict after) {
    var point = new Point("v", 1, sequence);
    assertThat(ChunkVerdict.after(before, point, equal, DIGEST, pass)).isEqualTo(after);
  }

  private static ChunkVerdict verdict(long sequence, boolean equal, long... passes) {
    List<Long> list = java.util.Arrays.stream(passes).boxed().toList();
    return new ChunkVerdict(1, sequence, equal, DIGEST, list);
  }
}
