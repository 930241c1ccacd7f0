package io.blocktail.deploy.bench;

import java.util.List;

/// Arithmetic over the rounds' figures.
final class Figures {
  private Figures() {}

  /// The middle one, or between the two middle ones.
  static double median(List<Double> values) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException("no values");
    }
    List<Double> sorted = values.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  /// The smallest value that at least the given share of all are not above (nearest rank).
  ///
  /// @param share above 0, at most 1
  static long percentile(List<Long> values, double share) {
    if (values.isEmpty() || share <= 0 || share > 1) {
      throw new IllegalArgumentException(values.size() + " values, share " + share);
    }
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
