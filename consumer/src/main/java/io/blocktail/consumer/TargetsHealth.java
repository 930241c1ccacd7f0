package io.blocktail.consumer;

import io.blocktail.consumer.target.TargetReport;
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
      TargetReport report = target.report();
      String state = report.state().label();
      response.withData(
          target.plan().volume() + "/" + target.plan().name(),
          report.reason() == null ? state : state + ": " + report.reason());
      if (report.state() instanceof TargetState.Halted) {
        response.down();
      }
    }
    return response.build();
  }
}
