package io.blocktail.validator.topology;

import io.blocktail.event.InvalidEventException;
import io.blocktail.validator.compare.Observation;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Takes records as bytes. One that cannot be believed is counted, logged by its place, and passed
/// over: it proves nothing and accuses nobody, and must not stop the verification of the rest.
abstract sealed class Intake
    extends ContextualProcessor<byte @Nullable [], byte @Nullable [], String, Observation>
    permits CompareProcessor, StatusProcessor {
  private static final Logger LOG = Logger.getLogger(Intake.class);

  /// At most so many characters of a key are logged.
  private static final int SHOWN = 80;

  private final Tally tally;

  Intake(Tally tally) {
    this.tally = tally;
  }

  /// Takes one record; what it shows goes to the consumer.
  ///
  /// @param value null for a deleted key
  abstract void take(
      @Nullable String key, byte @Nullable [] value, BiConsumer<String, Observation> out)
      throws InvalidEventException;

  @Override
  public void process(Record<byte @Nullable [], byte @Nullable []> record) {
    byte[] bytes = record.key();
    String key = bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    try {
      take(
          key,
          record.value(),
          (volume, observation) ->
              context().forward(new Record<>(volume, observation, record.timestamp())));
    } catch (InvalidEventException e) {
      tally.refused().increment();
      String place =
          context()
              .recordMetadata()
              .map(at -> "%s-%d at offset %d".formatted(at.topic(), at.partition(), at.offset()))
              .orElse("a record of no known place");
      LOG.warnf("%s, key %s, passed over: %s", place, shown(key), e.getMessage());
    }
  }

  private static String shown(@Nullable String key) {
    return key == null || key.length() <= SHOWN ? "" + key : key.substring(0, SHOWN) + "...";
  }
}
