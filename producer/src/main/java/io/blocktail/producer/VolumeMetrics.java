package io.blocktail.producer;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.function.ToDoubleFunction;

/// What can be watched of each volume, tagged with its name.
@ApplicationScoped
class VolumeMetrics {
  private static final String PREFIX = "blocktail.volume.";

  private final MeterRegistry registry;

  VolumeMetrics(MeterRegistry registry) {
    this.registry = registry;
  }

  void register(RunningVolume volume) {
    gauge(volume, "sequence", "Last sequence given", v -> v.volume().journal().appended());
    gauge(
        volume,
        "forced",
        "Last sequence that is durable in the journal",
        v -> v.volume().journal().forced());
    gauge(
        volume,
        "published",
        "Last sequence that Kafka has acknowledged",
        v -> v.progress().published());
    gauge(
        volume,
        "publish.lag",
        "Events that Kafka has not acknowledged",
        v -> {
          Progress progress = v.progress();
          return progress.sequence() - progress.published();
        });
    gauge(
        volume,
        "journal.bytes",
        "Bytes of the journal that are in use",
        v -> v.volume().journal().usedBytes());
    gauge(
        volume,
        "rotted.chunks",
        "Chunks that changed although nobody wrote to them",
        v -> v.volume().chunks().rottedChunks());
    gauge(
        volume,
        "dirty.chunks",
        "Chunks whose content the stream may not have yet",
        v -> v.volume().dirtyChunks());
    gauge(
        volume,
        "paused",
        "1 while nothing is published because somebody wants it so",
        v -> v.volume().pause().isOn() ? 1 : 0);
    counter(volume, "changes", "Writes, zeros and trims of clients", v -> v.device().changes());
    counter(volume, "written.bytes", "Bytes that clients wrote", v -> v.device().bytes());
  }

  /// Of a volume that is no more.
  void remove(String volume) {
    for (Meter meter : registry.getMeters()) {
      if (meter.getId().getName().startsWith(PREFIX)
          && volume.equals(meter.getId().getTag("volume"))) {
        registry.remove(meter);
      }
    }
  }

  private void gauge(
      RunningVolume volume, String name, String what, ToDoubleFunction<RunningVolume> value) {
    Gauge.builder(PREFIX + name, volume, value)
        .description(what)
        .tag("volume", volume.volume().name().value())
        .register(registry);
  }

  private void counter(
      RunningVolume volume, String name, String what, ToDoubleFunction<RunningVolume> value) {
    FunctionCounter.builder(PREFIX + name, volume, value)
        .description(what)
        .tag("volume", volume.volume().name().value())
        .register(registry);
  }
}
