package io.blocktail.validator.alert;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;

/// What a watch remembers over restarts.
///
/// @param volumes key VOLUME
/// @param targets key VOLUME/TARGET
/// @param chunks key VOLUME/TARGET/CHUNK, of the source VOLUME//CHUNK
/// @param troubles key as of chunks; only chunks that an open alert speaks of, or is about to
/// @param open alerts, key ID
/// @param closed alerts, key CLOSED-AT/ID, the newest
public record Stores(
    KeyValueStore<String, WatchedVolume> volumes,
    KeyValueStore<String, WatchedTarget> targets,
    KeyValueStore<String, ChunkVerdict> chunks,
    KeyValueStore<String, Trouble> troubles,
    KeyValueStore<String, AlertEntry> open,
    KeyValueStore<String, AlertEntry> closed) {

  /// The entries of a range, copied, so that the store may be changed while they are walked. Only
  /// for what is known to be small.
  static <V> List<KeyValue<String, V>> copy(
      KeyValueStore<String, V> store, String first, String last) {
    var entries = new ArrayList<KeyValue<String, V>>();
    try (var range = store.range(first, last)) {
      range.forEachRemaining(entries::add);
    }
    return entries;
  }

  static <V> List<KeyValue<String, V>> copy(KeyValueStore<String, V> store) {
    var entries = new ArrayList<KeyValue<String, V>>();
    try (var all = store.all()) {
      all.forEachRemaining(entries::add);
    }
    return entries;
  }

  static void deleteAll(KeyValueStore<String, ?> store, Subject subject) {
    try (var range = store.range(subject.first(), subject.last())) {
      range.forEachRemaining(entry -> store.delete(entry.key));
    }
  }
}
