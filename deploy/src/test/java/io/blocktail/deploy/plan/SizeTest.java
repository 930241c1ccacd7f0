package io.blocktail.deploy.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {
  @ParameterizedTest
  @CsvSource({
    "4K, 4096",
    "1M, 1048576",
    "1G, 1073741824",
    "2T, 2199023255552",
    "1000G, 1073741824000"
  })
  void digitsAndABinaryUnit(String text, long bytes) {
    assertThat(Size.parse(text)).isEqualTo(new Size(bytes)).hasToString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1000", "1g", "1GiB", "G", "-1G", "1.5G", "/dev/sdb", "1G.img"})
  void anythingElseIsTheNameOfAFile(String text) {
    assertThat(Size.isSize(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"3K", "0G"})
  void whatIsNoPositiveMultipleOf4KiBIsRefused(String text) {
    assertThatThrownBy(() -> Size.parse(text))
        .isInstanceOf(RefusedException.class)
        .hasMessageStartingWith("the size " + text)
        .hasMessageEndingWith("is not a positive multiple of 4 KiB");
  }

  @ParameterizedTest
  @ValueSource(strings = {"99999999999999999999T", "9999999999T", "8000000T"})
  void whatDoesNotFitIsRefused(String text) {
    assertThatThrownBy(() -> Size.parse(text))
        .isInstanceOf(RefusedException.class)
        .hasMessageContaining(text);
  }

  @Test
  void bytesThatAreNoWholeKibibytesStayBytes() {
    assertThat(new Size(512)).hasToString("512");
  }
}
