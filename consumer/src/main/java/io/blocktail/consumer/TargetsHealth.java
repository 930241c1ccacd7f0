package io.blocktail.consumer;

import io.blocktail.consumer.target.TargetState;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Down while a target is halted, which it names. A broker that is away halts nobody.
@Readiness
@ApplicationScoped
public class TargetsHealth implements HealthCheck {
  private final Consumer consumer;

  TargetsHealth(Consumer consumer) {
    this.consumer = consumer;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("targets").up();
    for (RunningTarget target : consumer.targets()) {
      TargetState state = target.report().state();
      String reason = state.reason();
      response.withData(
          target.plan().volume() + "/" + target.plan().name(),
          reason == null ? state.label() : state.label() + ": " + reason);
      if (state instanceof TargetState.Halted) {
        response.down();
      }
    }
    return response.build();
  }
}
