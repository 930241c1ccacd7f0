package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.DeviceFull;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {
  @Test
  void failuresOfADeviceAreToldApart() {
    var full = new DeviceFull("volume", new IOException("No space left on device"));
    assertThat(Outcome.of(null)).isEqualTo(Outcome.GOOD);
    assertThat(Outcome.of(new IOException("bad medium")).code()).isEqualTo(5);
    assertThat(Outcome.of(new IOException(full)).code()).isEqualTo(28);
    assertThat(Outcome.of(new IOException(new OutOfMemoryError())).code()).isEqualTo(12);
  }

  /// The protocol's section "Error values".
  @Test
  void onlyTheProtocolsErrorsAreUsed() {
    assertThat(Arrays.stream(Outcome.values()).map(Outcome::code).distinct().sorted())
        .isEqualTo(List.of(0, 1, 5, 12, 22, 28, 75, 95, 108));
  }

  @Test
  void everyErrorHasASentenceOfALegalLength() {
    for (Outcome outcome : Outcome.values()) {
      String sentence = new String(outcome.message(), UTF_8);
      assertThat(sentence.isEmpty()).isEqualTo(outcome.isGood());
      assertThat(sentence).hasSizeLessThanOrEqualTo(256).doesNotContain("\0");
    }
  }
}
