package io.blocktail.deploy.bench;

import java.util.List;
import java.util.stream.IntStream;

/// Ours over a peer's: one quotient a round, since both were measured within the same minute and
/// the machine's mood cancels out; then the median of the quotients, and how far they lie apart.
public record Ratio(double median, double least, double most) {

  static Ratio of(List<Double> ours, List<Double> peer) {
    if (ours.size() != peer.size()) {
      throw new IllegalArgumentException(ours.size() + " rounds of ours, " + peer.size());
    }
    List<Double> quotients =
        IntStream.range(0, ours.size()).mapToObj(i -> ours.get(i) / peer.get(i)).toList();
    return new Ratio(
        Figures.median(quotients),
        quotients.stream().mapToDouble(q -> q).min().orElseThrow(),
        quotients.stream().mapToDouble(q -> q).max().orElseThrow());
  }
}
