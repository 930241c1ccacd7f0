package io.blocktail.validator.topology;

import io.blocktail.event.Topics;
import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.Subject;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import io.blocktail.validator.console.NotReadyException;
import io.blocktail.validator.console.Readings;
import io.blocktail.validator.topology.Failures.Decision.GiveUp;
import io.blocktail.validator.topology.Failures.Decision.Retry;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Runs the topology: waits for Kafka, makes topics, starts, and begins anew with a back-off when a
/// stream thread died, until it gives up. One thread, `validator`, does this; the stream thread is
/// Kafka's. Any thread may ask for the state and the readings.
public final class Application implements Readings, AutoCloseable {
  /// How it is set up.
  ///
  /// @param kafka client settings, as an operator gave them
  /// @param directory of the stores, on local disk
  public record Settings(
      Topics topics, Watch.Settings watch, Map<String, String> kafka, Path directory) {}

  private static final Logger LOG = Logger.getLogger(Application.class);
  private static final Duration RETRY = Duration.ofSeconds(2);
  private static final Duration CLOSING = Duration.ofSeconds(20);

  private final Settings settings;
  private final Properties properties;
  private final MeterRegistry registry;
  private final Thread thread = new Thread(this::run, "validator");
  private final CountDownLatch stopping = new CountDownLatch(1);
  private volatile StreamsState state = new StreamsState.Waiting("not asked yet");
  private volatile @Nullable KafkaStreams streams;

  /// Asking for topics now; closed from outside so that a stop need not wait for its time-out.
  private volatile @Nullable Admin asking;

  /// @throws java.io.UncheckedIOException when the directory cannot be used
  /// @throws IllegalArgumentException when a Kafka setting is not the operator's to give
  public Application(Settings settings, MeterRegistry registry) {
    this.settings = settings;
    this.registry = registry;
    this.properties = StreamsSettings.of(settings);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    var failures = new Failures();
    try {
      while (stopping.getCount() > 0) {
        Throwable failure = runOnce();
        if (failure == null) {
          break;
        }
        switch (failures.failed(TimeUnit.NANOSECONDS.toMillis(System.nanoTime()))) {
          case Retry(var after) -> {
            LOG.errorf(failure, "the validator's stream failed; it begins anew in %s", after);
            state = new StreamsState.Waiting("it failed and begins anew: " + failure);
            var _ = stopping.await(after.toMillis(), TimeUnit.MILLISECONDS);
          }
          case GiveUp(var times) -> {
            LOG.fatalf(
                failure,
                "the validator's stream failed %d times and is given up: nothing is"
                    + " verified any more until this service is started again",
                times);
            state = new StreamsState.Failed(failure.toString());
            return;
          }
        }
      }
      state = new StreamsState.Stopped();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread", e);
    } catch (RuntimeException | Error e) {
      LOG.fatal("the validator cannot run", e);
      state = new StreamsState.Failed(e.toString());
    }
  }

  /// Runs the topology until it fails or is to stop.
  ///
  /// @return why it failed; null when it was stopped
  private @Nullable Throwable runOnce() throws InterruptedException {
    if (!awaitTopics()) {
      return null;
    }
    var ended = new CountDownLatch(1);
    var failure = new Throwable[1];
    KafkaStreams present;
    try {
      present =
          new KafkaStreams(
              ValidatorTopology.of(settings.topics(), settings.watch(), registry), properties);
    } catch (KafkaException e) {
      return e;
    }
    try (present) {
      present.setUncaughtExceptionHandler(e -> {
        failure[0] = e;
        ended.countDown();
        return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      });
      streams = present;
      state = new StreamsState.Starting();
      present.start();
      while (stopping.getCount() > 0 && ended.getCount() > 0) {
        var _ = ended.await(100, TimeUnit.MILLISECONDS);
      }
      streams = null;
      present.close(CLOSING);
    }
    return ended.getCount() > 0 ? null : failure[0];
  }

  /// @return false when it is to stop
  private boolean awaitTopics() throws InterruptedException {
    String said = "";
    while (stopping.getCount() > 0) {
      try (var admin = Admin.create(StreamsSettings.admin(properties))) {
        asking = admin;
        TopicSetup.make(admin, settings.topics());
        return stopping.getCount() > 0;
      } catch (ExecutionException | KafkaException e) {
        Throwable cause =
            e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
        String reason = "%s: %s".formatted(properties.get("bootstrap.servers"), cause.getMessage());
        state = new StreamsState.Waiting(reason);
        if (!said.equals(reason)) {
          said = reason;
          LOG.warnf("waiting for Kafka: %s", reason);
        }
      }
      var _ = stopping.await(RETRY.toMillis(), TimeUnit.MILLISECONDS);
    }
    return false;
  }

  public StreamsState state() {
    StreamsState known = state;
    KafkaStreams present = streams;
    return known instanceof StreamsState.Starting
            && present != null
            && present.state() == KafkaStreams.State.RUNNING
        ? new StreamsState.Running()
        : known;
  }

  @Override
  public Duration patience() {
    return settings.watch().answerTimeout();
  }

  @Override
  public Map<String, WatchedVolume> volumes() throws NotReadyException {
    var volumes = new HashMap<String, WatchedVolume>();
    for (KeyValue<String, WatchedVolume> entry : this.<WatchedVolume>read(WatchProcessor.VOLUMES)) {
      volumes.put(entry.key, entry.value);
    }
    return volumes;
  }

  @Override
  public Map<Subject, WatchedTarget> targets() throws NotReadyException {
    var targets = new HashMap<Subject, WatchedTarget>();
    for (KeyValue<String, WatchedTarget> entry : this.<WatchedTarget>read(WatchProcessor.TARGETS)) {
      targets.put(Subject.ofKey(entry.key), entry.value);
    }
    return targets;
  }

  @Override
  public List<AlertEntry> openAlerts() throws NotReadyException {
    return this.<AlertEntry>read(WatchProcessor.OPEN_ALERTS).stream().map(e -> e.value).toList();
  }

  @Override
  public List<AlertEntry> closedAlerts() throws NotReadyException {
    return this.<AlertEntry>read(WatchProcessor.CLOSED_ALERTS).stream().map(e -> e.value).toList();
  }

  private <V> List<KeyValue<String, V>> read(String name) throws NotReadyException {
    KafkaStreams present = streams;
    StreamsState known = state();
    if (present == null || !(known instanceof StreamsState.Running)) {
      throw new NotReadyException("the validator is " + known.words());
    }
    if (StreamsSettings.partitionsWatched(present) < ValidatorTopology.PARTITIONS) {
      throw new NotReadyException("this instance does not hold all of the validator's state");
    }
    var entries = new ArrayList<KeyValue<String, V>>();
    try {
      var store =
          present.store(
              StoreQueryParameters.fromNameAndType(
                  name, QueryableStoreTypes.<String, V>keyValueStore()));
      try (var all = store.all()) {
        all.forEachRemaining(entries::add);
      }
      return entries;
    } catch (InvalidStateStoreException e) {
      throw new NotReadyException("the validator's stores are moving: " + e.getMessage(), e);
    }
  }

  /// Returns when the last transaction is committed and the stores are closed.
  @Override
  public void close() {
    stopping.countDown();
    Admin admin = asking;
    if (admin != null) {
      admin.close(Duration.ZERO);
    }
    boolean isInterrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        isInterrupted = true;
      }
    }
    if (isInterrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
