package io.blocktail.validator.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.internals.InMemoryKeyValueStore;

/// Stores in memory whose content is there again when the topology is opened anew: the test driver
/// deletes what is on disk when it closes, and forces it after each record.
final class SurvivingStores {
  private final Map<String, Map<Bytes, byte[]>> contents = new HashMap<>();

  KeyValueBytesStoreSupplier supply(String name) {
    Map<Bytes, byte[]> content = contents.computeIfAbsent(name, _ -> new TreeMap<>());
    return new KeyValueBytesStoreSupplier() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public KeyValueStore<Bytes, byte[]> get() {
        return new Surviving(name, content);
      }

      @Override
      public String metricsScope() {
        return "in-memory";
      }
    };
  }

  private static final class Surviving extends InMemoryKeyValueStore {
    private final Map<Bytes, byte[]> content;

    Surviving(String name, Map<Bytes, byte[]> content) {
      super(name);
      this.content = content;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
      super.init(context, root);
      content.forEach(this::put);
    }

    @Override
    public void close() {
      if (isOpen()) {
        content.clear();
        try (var all = all()) {
          all.forEachRemaining(entry -> content.put(entry.key, entry.value));
        }
      }
      super.close();
    }
  }
}
