package io.blocktail.deploy.process;

import java.time.Duration;

/// When a child that died is started again. Pure.
///
/// @param first the wait after the first death; doubled with each further one
/// @param longest wait
/// @param stable having lived that long, a child begins again with the first wait
/// @param limit so many deaths within `within` end it
public record RestartPolicy(
    Duration first, Duration longest, Duration stable, int limit, Duration within) {
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(
          Duration.ofSeconds(1),
          Duration.ofSeconds(30),
          Duration.ofMinutes(1),
          10,
          Duration.ofMinutes(5));

  /// What follows from a death.
  public sealed interface Verdict {
    record Again(Deaths deaths, Duration pause) implements Verdict {}

    record Never(String why) implements Verdict {}
  }

  Verdict after(Death death, Deaths before) {
    if (!death.everReady() && !death.bySignal()) {
      // It refused to start by its own decision: the second time would be like the first.
      return new Verdict.Never("it did not start: " + death.cause());
    }
    Deaths deaths = before.and(death, this);
    if (deaths.recent().size() >= limit) {
      return new Verdict.Never(
          "it died %d times within %d s, last: %s"
              .formatted(deaths.recent().size(), within.toSeconds(), death.cause()));
    }
    return new Verdict.Again(deaths, pause(deaths.inARow()));
  }

  private Duration pause(int inARow) {
    Duration wait = first;
    for (int i = 1; i < inARow && wait.compareTo(longest) < 0; i++) {
      wait = wait.multipliedBy(2);
    }
    return wait.compareTo(longest) < 0 ? wait : longest;
  }
}
