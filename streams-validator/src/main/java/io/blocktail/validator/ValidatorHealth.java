package io.blocktail.validator;

import io.blocktail.validator.topology.StreamsState;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Liveness;
import org.eclipse.microprofile.health.Readiness;

/// Ready while the stream runs; alive until it has given up.
final class ValidatorHealth {
  private static final String NAME = "validator";

  private ValidatorHealth() {}

  @Readiness
  static final class Ready implements HealthCheck {
    private final Validator validator;

    Ready(Validator validator) {
      this.validator = validator;
    }

    @Override
    public HealthCheckResponse call() {
      StreamsState state = validator.state();
      return response(state, state instanceof StreamsState.Running);
    }
  }

  @Liveness
  static final class Alive implements HealthCheck {
    private final Validator validator;

    Alive(Validator validator) {
      this.validator = validator;
    }

    @Override
    public HealthCheckResponse call() {
      StreamsState state = validator.state();
      return response(state, !(state instanceof StreamsState.Failed));
    }
  }

  private static HealthCheckResponse response(StreamsState state, boolean isUp) {
    return HealthCheckResponse.named(NAME).status(isUp).withData("state", state.words()).build();
  }
}
