package io.blocktail.validator.topology;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.validator.alert.Outbox;
import io.blocktail.validator.alert.Stores;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.compare.Observation;
import java.time.Duration;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/// Feeds the watch over the volumes of one partition, and gives it the clock. Runs on the stream
/// thread.
final class WatchProcessor extends ContextualProcessor<String, Observation, String, Outgoing>
    implements Outbox {
  static final String VOLUMES = "volumes";
  static final String TARGETS = "targets";
  static final String CHUNKS = "chunks";
  static final String TROUBLES = "troubles";
  static final String OPEN_ALERTS = "open-alerts";
  static final String CLOSED_ALERTS = "closed-alerts";

  /// How long alerts and requests gather, so that a thousand chunks do not make a thousand
  /// requests.
  private static final Duration GATHER = Duration.ofMillis(200);

  private static final Duration TICK = Duration.ofSeconds(1);

  /// Every so many ticks it looks for requests to repeat.
  private static final int ROUND = 5;

  private final Watch.Settings settings;
  private @Nullable Watch watch;
  private @Nullable Cancellable flush;
  private int ticks;

  WatchProcessor(Watch.Settings settings) {
    this.settings = settings;
  }

  /// Also called when the task begins anew after a failure: everything in memory is made again.
  @Override
  public void init(ProcessorContext<String, Outgoing> context) {
    super.init(context);
    var stores =
        new Stores(
            context.getStateStore(VOLUMES),
            context.getStateStore(TARGETS),
            context.getStateStore(CHUNKS),
            context.getStateStore(TROUBLES),
            context.getStateStore(OPEN_ALERTS),
            context.getStateStore(CLOSED_ALERTS));
    flush = null;
    watch = new Watch(stores, settings, this, context::currentSystemTimeMs);
    context.schedule(TICK, PunctuationType.WALL_CLOCK_TIME, _ -> tick());
    scheduleFlush(watch);
  }

  @Override
  public void process(Record<String, Observation> record) {
    Watch present = present();
    present.observe(record.key(), record.value());
    scheduleFlush(present);
  }

  private void tick() {
    Watch present = present();
    present.tick(ticks++ % ROUND == 0);
    scheduleFlush(present);
  }

  private void scheduleFlush(Watch present) {
    if (flush == null && present.isPending()) {
      flush = context().schedule(GATHER, PunctuationType.WALL_CLOCK_TIME, _ -> flush());
    }
  }

  private void flush() {
    if (flush != null) {
      flush.cancel();
      flush = null;
    }
    present().flush();
  }

  private Watch present() {
    if (watch == null) {
      throw new AssertionError("not initialized");
    }
    return watch;
  }

  @Override
  public void alert(Alert alert) {
    send(alert.getId(), new Outgoing.Alerted(alert));
  }

  @Override
  public void ask(ResyncRequest request) {
    send(request.getVolume(), new Outgoing.Asked(request));
  }

  private void send(String key, Outgoing message) {
    context().forward(new Record<>(key, message, context().currentSystemTimeMs()));
  }
}
