package io.blocktail.producer;

import io.blocktail.producer.scan.Scan;
import io.blocktail.producer.scan.Scanner;
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
    if (volume.scanner() != null) {
      gauge(
          volume,
          "scan.sequence",
          "Sequence that stands for what the last scan saw",
          v -> lastScan(v, Scan::to));
      gauge(
          volume,
          "scan.changed.chunks",
          "Chunks in which the last scan found news",
          v -> lastScan(v, Scan::changedChunks));
      gauge(
          volume,
          "scan.published.bytes",
          "Bytes that the last scan published",
          v -> lastScan(v, Scan::bytes));
      gauge(
          volume,
          "scan.ended.seconds",
          "When the last scan ended, in seconds since 1970",
          v -> lastScan(v, scan -> scan.endedAt() == null ? 0 : scan.endedAt().getEpochSecond()));
    }
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

  /// 0 before the first that was finished.
  private static double lastScan(RunningVolume volume, ToDoubleFunction<Scan> value) {
    Scanner scanner = volume.scanner();
    return scanner == null
        ? 0
        : scanner.log().scans().stream()
            .filter(scan -> scan.state() == Scan.State.FINISHED)
            .findFirst()
            .map(value::applyAsDouble)
            .orElse(0.0);
  }
}
