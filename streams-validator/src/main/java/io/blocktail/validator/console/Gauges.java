package io.blocktail.validator.console;

import io.blocktail.validator.alert.AlertKind;
import io.blocktail.validator.alert.Verdict;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/// Numbers for monitoring, read from the stores when they are asked for. While the stores cannot be
/// read a gauge is not a number: nothing is known then, which is not the same as zero.
public final class Gauges {
  private Gauges() {}

  public static void register(MeterRegistry registry, Readings readings) {
    for (AlertKind kind : AlertKind.values()) {
      Gauge.builder("blocktail.alerts.open", () -> alerts(readings, kind))
          .description("Open alerts")
          .tag("kind", kind.label())
          .strongReference(true)
          .register(registry);
    }
    for (Verdict verdict : Verdict.values()) {
      Gauge.builder("blocktail.replicas", () -> replicas(readings, verdict))
          .description("Targets by what can be said of them")
          .tag("verdict", verdict.label())
          .strongReference(true)
          .register(registry);
    }
  }

  private static double alerts(Readings readings, AlertKind kind) {
    try {
      return readings.openAlerts().stream().filter(alert -> alert.kind() == kind).count();
    } catch (NotReadyException e) {
      return Double.NaN;
    }
  }

  private static double replicas(Readings readings, Verdict verdict) {
    try {
      var volumes = readings.volumes();
      long now = Times.now();
      return readings.targets().entrySet().stream()
          .filter(e ->
              verdict
                  == Verdict.of(
                      e.getValue(), volumes.get(e.getKey().volume()), readings.patience(), now))
          .count();
    } catch (NotReadyException e) {
      return Double.NaN;
    }
  }
}
