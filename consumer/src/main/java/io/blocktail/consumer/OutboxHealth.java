package io.blocktail.consumer;

import io.blocktail.consumer.digest.Outbox;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jspecify.annotations.Nullable;

/// Down when no target can say anything any more: no digest, no status, no request. A broker that
/// is away does not do that.
@Readiness
@ApplicationScoped
public class OutboxHealth implements HealthCheck {
  private final Consumer consumer;

  OutboxHealth(Consumer consumer) {
    this.consumer = consumer;
  }

  @Override
  public HealthCheckResponse call() {
    return of(consumer.outbox());
  }

  /// @param outbox null where there is no target
  static HealthCheckResponse of(@Nullable Outbox outbox) {
    if (outbox == null) {
      return HealthCheckResponse.up("outbox");
    }
    var response =
        HealthCheckResponse.named("outbox")
            .status(outbox.sends())
            .withData("dropped", outbox.dropped());
    if (!outbox.sends()) {
      response.withData(
          "reason",
          "a defect of this program has stopped it: the consumer's log tells which. Restart the"
              + " consumer");
    }
    return response.build();
  }
}
