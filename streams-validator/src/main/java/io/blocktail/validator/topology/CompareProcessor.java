package io.blocktail.validator.topology;

import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.validator.compare.ChunkHistory;
import io.blocktail.validator.compare.Observation;
import io.blocktail.validator.compare.Report;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Joins the digests of source and targets, chunk by chunk. Runs on the stream thread.
final class CompareProcessor extends Intake {
  static final String HISTORIES = "histories";

  private final Messages<ChunkDigest> messages = new Messages<>(ChunkDigest.class);
  private final Tally tally;
  private @Nullable KeyValueStore<String, ChunkHistory> histories;

  CompareProcessor(Tally tally) {
    super(tally);
    this.tally = tally;
  }

  @Override
  public void init(ProcessorContext<String, Observation> context) {
    super.init(context);
    histories = context.getStateStore(HISTORIES);
  }

  @Override
  void take(@Nullable String key, byte @Nullable [] value, BiConsumer<String, Observation> out)
      throws InvalidEventException {
    if (key == null || value == null || histories == null) {
      throw new InvalidEventException("a digest without a key or a value");
    }
    ChunkDigest message = messages.decode(value);
    Report report = Report.of(key, message);
    @Nullable ChunkHistory known = histories.get(key);
    ChunkHistory before = known == null ? ChunkHistory.EMPTY : known;
    var step = before.take(message.getChunk(), report);
    if (!step.history().equals(before)) {
      histories.put(key, step.history());
    }
    step.observations().forEach(seen -> out.accept(message.getVolume(), seen));
    tally.digests().increment();
  }
}
