package io.blocktail.deploy.process;

import java.time.Duration;
import java.time.Instant;

/// Where a supervised child is. Each state offers the moves that are legal from it.
public sealed interface ChildState {
  /// One line for a person.
  String describe(Instant now);

  /// Not started yet.
  record Idle() implements ChildState {
    Starting start(long pid, Instant now) {
      return new Starting(pid, now, Deaths.NONE, false);
    }

    @Override
    public String describe(Instant now) {
      return "not started";
    }
  }

  /// The process is there and does not answer yet.
  ///
  /// @param everReady whether a process before this one has been ready
  record Starting(long pid, Instant since, Deaths deaths, boolean everReady) implements ChildState {
    Ready answered() {
      return new Ready(pid, since, deaths);
    }

    ChildState died(int exit, Instant now, RestartPolicy policy) {
      return next(new Death(exit, now, Duration.between(since, now), everReady), deaths, policy);
    }

    @Override
    public String describe(Instant now) {
      return "starting";
    }
  }

  /// It has answered.
  record Ready(long pid, Instant since, Deaths deaths) implements ChildState {
    ChildState died(int exit, Instant now, RestartPolicy policy) {
      return next(new Death(exit, now, Duration.between(since, now), true), deaths, policy);
    }

    @Override
    public String describe(Instant now) {
      return "running";
    }
  }

  /// It died and will be started again.
  record BackingOff(String cause, Instant until, Deaths deaths, boolean everReady)
      implements ChildState {
    Starting start(long pid, Instant now) {
      return new Starting(pid, now, deaths, everReady);
    }

    @Override
    public String describe(Instant now) {
      long seconds = Math.max(0, Duration.between(now, until).toSeconds());
      return "died (%s), starts again in %d s".formatted(cause, seconds);
    }
  }

  /// It will not be started again.
  record GivenUp(String why) implements ChildState {
    @Override
    public String describe(Instant now) {
      return "given up: " + why;
    }
  }

  /// Stopped because we wanted it.
  record Stopped() implements ChildState {
    @Override
    public String describe(Instant now) {
      return "stopped";
    }
  }

  private static ChildState next(Death death, Deaths deaths, RestartPolicy policy) {
    return switch (policy.after(death, deaths)) {
      case RestartPolicy.Verdict.Again(Deaths all, Duration pause) ->
          new BackingOff(death.cause(), death.at().plus(pause), all, death.everReady());
      case RestartPolicy.Verdict.Never(String why) -> new GivenUp(why);
    };
  }
}
