package io.blocktail.producer;

import io.blocktail.producer.scrub.Pass;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// A scrub pass as `GET /volumes/{name}/passes/{id}` shows it.
///
/// @param state running, finished or abandoned
/// @param marked of how many chunks Kafka has the source's answer
record PassView(
    long id,
    String state,
    int chunks,
    int marked,
    Instant startedAt,
    @Nullable Instant finishedAt,
    boolean onDemand,
    @Nullable String reason) {
  static PassView of(Pass pass) {
    return new PassView(
        pass.id(),
        pass.state().name().toLowerCase(Locale.ROOT),
        pass.chunks(),
        pass.marked(),
        pass.startedAt(),
        pass.finishedAt(),
        pass.onDemand(),
        pass.reason());
  }
}
