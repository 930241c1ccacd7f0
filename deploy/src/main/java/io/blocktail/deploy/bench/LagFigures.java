package io.blocktail.deploy.bench;

import java.util.List;
import java.util.stream.Stream;

/// The time from a write's acknowledgement to its block being in a replica's image.
///
/// @param samples of all replicas together
/// @param p50Nanos to [#maxNanos] of all samples
/// @param bytesPerSecond that were in fact written
public record LagFigures(
    int samples, long p50Nanos, long p99Nanos, long maxNanos, double bytesPerSecond) {

  static LagFigures of(List<Long> nanos, double bytesPerSecond) {
    return new LagFigures(
        nanos.size(),
        Figures.percentile(nanos, 0.5),
        Figures.percentile(nanos, 0.99),
        Figures.percentile(nanos, 1),
        bytesPerSecond);
  }

  /// The rounds' middle p50 and p99, and the worst of all.
  static LagFigures median(List<LagFigures> rounds) {
    return new LagFigures(
        rounds.stream().mapToInt(LagFigures::samples).sum(),
        Math.round(Figures.median(values(rounds.stream().map(r -> (double) r.p50Nanos)))),
        Math.round(Figures.median(values(rounds.stream().map(r -> (double) r.p99Nanos)))),
        rounds.stream().mapToLong(LagFigures::maxNanos).max().orElseThrow(),
        Figures.median(values(rounds.stream().map(LagFigures::bytesPerSecond))));
  }

  private static List<Double> values(Stream<Double> values) {
    return values.toList();
  }
}
