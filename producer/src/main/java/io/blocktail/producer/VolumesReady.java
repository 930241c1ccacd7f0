package io.blocktail.producer;

import io.blocktail.producer.capture.SourceState;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Down as long as a volume is stopped, which it names. That Kafka is away is no reason: the
/// volumes serve.
@Readiness
@ApplicationScoped
class VolumesReady implements HealthCheck {
  private final Producer producer;

  VolumesReady(Producer producer) {
    this.producer = producer;
  }

  @Override
  public HealthCheckResponse call() {
    var response = HealthCheckResponse.named("volumes").up();
    for (RunningVolume running : producer.running()) {
      StateName state = StateName.of(running);
      response.withData(running.volume().name().value(), state.name());
      if (running.volume().state() instanceof SourceState.Stopped(String reason)) {
        response.down().withData(running.volume().name().value(), reason);
      }
    }
    for (BrokenVolume broken : producer.broken()) {
      response.down().withData(broken.name().value(), broken.reason());
    }
    return response.build();
  }
}
