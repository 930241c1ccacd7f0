package io.blocktail.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// Order, Durable, Prefix, Idempotent and Convergent, over seeded random schedules. A seed that
/// fails is printed; `deploy/test ReplicationSimulation --runs 1 --seed S` plays it again.
class ReplicationSimulationTest {
  private static final int STEPS = 400;

  @Test
  void everyScheduleEndsWithEqualReplicasAndConsistentOnesAlwaysArePrefixes() {
    long first = Long.getLong("suite.seed", 1);
    int runs = Integer.getInteger("suite.runs", 60);
    long compared = 0;
    for (long seed = first; seed < first + runs; seed++) {
      try {
        var simulation = new Simulation(seed);
        simulation.storm(STEPS);
        simulation.calm();
        simulation.assertEqual();
        compared += simulation.comparedDigests();
        tellProgress(seed, first, runs);
      } catch (Exception | Error e) {
        throw new AssertionError("seed %d: %s".formatted(seed, e), e);
      }
    }
    assertThat(compared).as("digests that were compared").isGreaterThan(runs);
  }

  /// A full count takes half an hour.
  private static void tellProgress(long seed, long first, int runs) {
    long done = seed - first + 1;
    if (done % 500 == 0) {
      System.err.printf("%d of %d schedules, up to seed %d%n", done, runs, seed);
    }
  }
}
