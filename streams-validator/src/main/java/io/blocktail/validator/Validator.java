package io.blocktail.validator;

import io.blocktail.event.Topics;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.console.Gauges;
import io.blocktail.validator.console.Readings;
import io.blocktail.validator.topology.Application;
import io.blocktail.validator.topology.StreamsState;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;

/// Starts and stops the validator with the service, from its configuration.
@Startup
@Singleton
public class Validator {
  private final Application application;
  private final MeterRegistry registry;

  public Validator(ValidatorConfig config, MeterRegistry registry) {
    this.registry = registry;
    this.application = application(config, registry);
  }

  private static Application application(ValidatorConfig config, MeterRegistry registry) {
    if (!config.kafka().containsKey("bootstrap.servers")) {
      throw new IllegalArgumentException(
          "blocktail.kafka.\"bootstrap.servers\" is missing: say where Kafka is, as HOST:PORT");
    }
    if (!config.answerTimeout().isPositive()) {
      throw new IllegalArgumentException(
          "blocktail.answer-timeout is %s: it must be more than nothing"
              .formatted(config.answerTimeout()));
    }
    if (config.closedAlerts() < 1) {
      throw new IllegalArgumentException(
          "blocktail.closed-alerts is %d: it must be at least 1".formatted(config.closedAlerts()));
    }
    var watch = new Watch.Settings(config.heal(), config.answerTimeout(), config.closedAlerts());
    var settings =
        new Application.Settings(
            new Topics(config.topicPrefix()),
            watch,
            config.kafka(),
            config.stateDirectory().toAbsolutePath());
    try {
      return new Application(settings, registry);
    } catch (UncheckedIOException e) {
      throw new IllegalArgumentException(
          "blocktail.state-directory %s: %s".formatted(settings.directory(), e.getMessage()), e);
    }
  }

  @PostConstruct
  void start() {
    Gauges.register(registry, application);
    application.start();
  }

  @PreDestroy
  void stop() {
    application.close();
  }

  /// What the resources read from.
  @Produces
  @Singleton
  Readings readings() {
    return application;
  }

  StreamsState state() {
    return application.state();
  }
}
