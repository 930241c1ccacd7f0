package io.blocktail.validator.topology;

import io.blocktail.event.Topics;
import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.ChunkVerdict;
import io.blocktail.validator.alert.Trouble;
import io.blocktail.validator.alert.Watch;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import io.blocktail.validator.compare.ChunkHistory;
import io.blocktail.validator.compare.Observation;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/// The whole topology in two halves. The first joins digests by chunk; the second, after a
/// repartition by volume, watches over volumes and their targets.
///
/// ```
/// digests ──► compare ──┐
/// replicas ─► status ───┼─► observations (by volume) ──► watch ──► alerts, resync-requests
/// sources ──► status ───┘
/// ```
public final class ValidatorTopology {
  /// Of the topic between the halves: so many volumes can be watched at once.
  public static final int PARTITIONS = 8;

  private static final String OBSERVATIONS = "observations";
  static final String OBSERVATIONS_TOPIC = "-" + OBSERVATIONS + "-repartition";

  private ValidatorTopology() {}

  /// Builds it with its stores in RocksDB.
  public static Topology of(Topics topics, Watch.Settings settings, MeterRegistry registry) {
    return of(topics, settings, registry, Stores::persistentKeyValueStore);
  }

  static Topology of(
      Topics topics,
      Watch.Settings settings,
      MeterRegistry registry,
      Function<String, KeyValueBytesStoreSupplier> storage) {
    var builder = new StreamsBuilder();
    Tally tally = Tally.in(registry);
    KStream<String, Observation> observations =
        read(builder, topics.digests())
            .process(
                supplier(
                    () -> new CompareProcessor(tally),
                    store(storage, CompareProcessor.HISTORIES, ChunkHistory.class)))
            .merge(
                read(builder, topics.replicas()).process(() -> StatusProcessor.ofReplicas(tally)))
            .merge(read(builder, topics.sources()).process(() -> StatusProcessor.ofSources(tally)));
    observations
        .repartition(
            Repartitioned.<String, Observation>as(OBSERVATIONS)
                .withKeySerde(Serdes.String())
                .withValueSerde(Json.serde(Observation.class))
                .withNumberOfPartitions(PARTITIONS))
        .process(
            supplier(
                () -> new WatchProcessor(settings),
                store(storage, WatchProcessor.VOLUMES, WatchedVolume.class),
                store(storage, WatchProcessor.TARGETS, WatchedTarget.class),
                store(storage, WatchProcessor.CHUNKS, ChunkVerdict.class),
                store(storage, WatchProcessor.TROUBLES, Trouble.class),
                store(storage, WatchProcessor.OPEN_ALERTS, AlertEntry.class),
                store(storage, WatchProcessor.CLOSED_ALERTS, AlertEntry.class)))
        .to((_, outgoing, _) -> outgoing.topic(topics), Produced.with(Serdes.String(), outgoing()));
    return builder.build();
  }

  private static KStream<byte[], byte[]> read(StreamsBuilder builder, String topic) {
    return builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()));
  }

  /// With a changelog, written through a cache that is emptied at each commit.
  private static <T> StoreBuilder<?> store(
      Function<String, KeyValueBytesStoreSupplier> storage, String name, Class<T> type) {
    return Stores.keyValueStoreBuilder(storage.apply(name), Serdes.String(), Json.serde(type))
        .withCachingEnabled();
  }

  private static Serde<Outgoing> outgoing() {
    var encoder = new Outgoing.Encoder();
    return Serdes.serdeFrom(
        (_, outgoing) -> encoder.encode(outgoing),
        (topic, _) -> {
          throw new AssertionError("nothing of " + topic + " is read here");
        });
  }

  private static <KI, VI, KO, VO> ProcessorSupplier<KI, VI, KO, VO> supplier(
      Supplier<Processor<KI, VI, KO, VO>> processor, StoreBuilder<?>... stores) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<KI, VI, KO, VO> get() {
        return processor.get();
      }

      @Override
      public Set<StoreBuilder<?>> stores() {
        return Set.of(stores);
      }
    };
  }
}
