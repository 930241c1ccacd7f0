package io.blocktail.consumer.apply;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Position;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RuleTest {
  @ParameterizedTest
  @CsvSource({
    // version of the block: epoch, sequence; event: epoch, sequence; applies
    "0, 0, 1, 1, true",
    "1, 5, 1, 6, true",
    "1, 5, 1, 5, false",
    "1, 5, 1, 4, false",
    "1, 5, 2, 1, true",
    "2, 1, 1, 5, false",
    "32767, 9, 32768, 1, true",
    "65535, 9, 1, 10, false",
    "65535, 281474976710654, 65535, 281474976710655, true",
  })
  void eventAppliesToBlocksOfALowerVersion(
      int epoch, long sequence, int eventEpoch, long eventSequence, boolean applies) {
    assertThat(Rule.applies(Position.of(epoch, sequence), Position.of(eventEpoch, eventSequence)))
        .isEqualTo(applies);
  }
}
