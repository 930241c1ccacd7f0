package io.blocktail.consumer;

import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.digest.Outbox;
import io.blocktail.consumer.intake.KafkaChangeStream;
import io.blocktail.consumer.target.TargetInUse;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.event.Topics;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/// All targets of this process, from start to stop.
@ApplicationScoped
public class Consumer {
  private final ConsumerConfig config;
  private final TargetMetrics metrics;
  private volatile List<RunningTarget> targets = List.of();
  private volatile @Nullable Outbox outbox;

  Consumer(ConsumerConfig config, TargetMetrics metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  void start(@Observes StartupEvent event) {
    List<TargetPlan> plans = TargetPlan.of(config);
    if (plans.isEmpty()) {
      return;
    }
    try {
      start(plans);
    } catch (RuntimeException e) {
      shutDown();
      throw e instanceof ConfigException
          ? new ConfigurationException("blocktail.kafka: " + e.getMessage())
          : e;
    }
    targets.forEach(metrics::register);
  }

  private void start(List<TargetPlan> plans) {
    var outbox = new Outbox(producer(config.kafka()));
    this.outbox = outbox;
    metrics.register(outbox);
    for (TargetPlan plan : plans) {
      var started = new ArrayList<>(targets);
      started.add(start(plan, outbox));
      targets = List.copyOf(started);
    }
  }

  private RunningTarget start(TargetPlan plan, Outbox outbox) {
    var topics = new Topics(config.topicPrefix());
    var clock = InstantSource.system();
    var announcer = new Announcer(plan.volume(), plan.name(), topics, outbox, clock);
    String group = "%s.%s.%s".formatted(config.topicPrefix(), plan.volume(), plan.name());
    var stream = new KafkaChangeStream(topics.changes(plan.volume()), group, config.kafka());
    try {
      return RunningTarget.start(
          plan, stream, announcer, TargetSettings.of(config.checkpointInterval()));
    } catch (TargetInUse e) {
      stream.close();
      throw new ConfigurationException(
          "blocktail.volumes.%s.targets.%s.directory: %s"
              .formatted(plan.volume(), plan.name(), e.getMessage()));
    }
  }

  /// Never gives up on a record by time: a request to the source must not get lost, and what may is
  /// bounded by the buffer.
  private static KafkaProducer<String, byte[]> producer(Map<String, String> settings) {
    var all = new HashMap<String, Object>();
    all.put(ProducerConfig.LINGER_MS_CONFIG, 2);
    all.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 8 << 20);
    all.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5000);
    all.put(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1000);
    all.putAll(settings);
    all.put(ProducerConfig.ACKS_CONFIG, "all");
    all.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    all.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, Integer.MAX_VALUE);
    return new KafkaProducer<>(all, new StringSerializer(), new ByteArraySerializer());
  }

  /// By volume and name.
  public List<RunningTarget> targets() {
    return targets;
  }

  /// Null where there is no target.
  @Nullable Outbox outbox() {
    return outbox;
  }

  void stop(@Observes ShutdownEvent event) {
    shutDown();
  }

  private void shutDown() {
    targets.forEach(RunningTarget::stop);
    targets.forEach(RunningTarget::finish);
    Outbox open = outbox;
    if (open != null) {
      open.close();
    }
  }
}
