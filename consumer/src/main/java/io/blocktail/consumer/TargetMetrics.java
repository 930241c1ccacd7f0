package io.blocktail.consumer;

import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.target.TargetReport;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// What a target's report says, as metrics with the tags `volume` and `target`, and what got lost
/// of all that targets say.
@ApplicationScoped
public class TargetMetrics {
  private final MeterRegistry registry;

  TargetMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void register(Outbox outbox) {
    FunctionCounter.builder("blocktail.outbox.dropped", outbox, Outbox::dropped)
        .description("records of all targets that did not reach the broker")
        .register(registry);
  }

  void register(RunningTarget target) {
    gauge(target, "blocktail.target.consistent", r -> r.consistent() ? 1 : 0);
    gauge(target, "blocktail.target.watermark", TargetReport::watermark);
    gauge(target, "blocktail.target.lag.changes", r -> known(r.lagChanges()));
    gauge(target, "blocktail.target.lag.seconds", r -> known(r.lagMillis()) / 1000);
    gauge(target, "blocktail.target.undone.chunks", TargetReport::undoneChunks);
    count(target, "blocktail.target.changes.applied", r -> r.tally().changes());
    count(target, "blocktail.target.bytes.applied", r -> r.tally().bytes());
    count(target, "blocktail.target.events.duplicate", r -> r.tally().duplicates());
    count(target, "blocktail.target.events.fenced", r -> r.tally().fenced());
    count(target, "blocktail.target.events.passed.over", r -> r.tally().passedOver());
  }

  /// Not a number says that there is none: 0 would be the best of all lags.
  private static double known(@Nullable Long lag) {
    return lag == null ? Double.NaN : lag;
  }

  private void gauge(RunningTarget target, String name, ToDoubleFunction<TargetReport> value) {
    Gauge.builder(name, target, t -> value.applyAsDouble(t.report()))
        .tags(tags(target))
        .register(registry);
  }

  private void count(RunningTarget target, String name, ToDoubleFunction<TargetReport> value) {
    FunctionCounter.builder(name, target, t -> value.applyAsDouble(t.report()))
        .tags(tags(target))
        .register(registry);
  }

  private static Tags tags(RunningTarget target) {
    return Tags.of(
        "volume", target.plan().volume().value(), "target", target.plan().name().value());
  }
}
