package io.blocktail.validator.topology;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/// Counts what goes through.
///
/// @param digests records of `digests` that were taken
/// @param refused records of any topic that could not be believed
record Tally(Counter digests, Counter refused) {
  static Tally in(MeterRegistry registry) {
    return new Tally(
        Counter.builder("blocktail.digests.processed")
            .description("Digests and answers taken")
            .register(registry),
        Counter.builder("blocktail.records.refused")
            .description("Records that could not be believed and were passed over")
            .register(registry));
  }
}
