package io.blocktail.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FiguresTest {
  @Test
  void theMedianOfAnOddNumberIsTheMiddleOne() {
    assertThat(Figures.median(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    assertThat(Figures.median(List.of(9.0, 1.0, 5.0, 6.0))).isEqualTo(5.5);
  }

  @Test
  void theMedianOfNothingIsRefused() {
    assertThatThrownBy(() -> Figures.median(List.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void percentilesAreOfTheNearestRank() {
    List<Long> hundred = LongStream.rangeClosed(1, 100).boxed().toList().reversed();

    assertThat(Figures.percentile(hundred, 0.5)).isEqualTo(50);
    assertThat(Figures.percentile(hundred, 0.99)).isEqualTo(99);
    assertThat(Figures.percentile(hundred, 1)).isEqualTo(100);
    assertThat(Figures.percentile(List.of(7L), 0.01)).isEqualTo(7);
  }

  @Test
  void aRatioIsTheMedianOfTheRoundsQuotients() {
    // The medians' quotient would be 1: both sides had one good round, but not the same one.
    Ratio ratio = Ratio.of(List.of(100.0, 300.0, 200.0), List.of(200.0, 100.0, 250.0));

    assertThat(ratio).isEqualTo(new Ratio(0.8, 0.5, 3));
  }

  @Test
  void roundsWithoutACounterpartHaveNoRatio() {
    assertThatThrownBy(() -> Ratio.of(List.of(1.0, 2.0), List.of(1.0)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
