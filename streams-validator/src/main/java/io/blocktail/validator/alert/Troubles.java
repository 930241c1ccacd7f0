package io.blocktail.validator.alert;

import io.blocktail.validator.compare.Point;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.ChunkSet.Run;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// Chunks that were found different or rotted, and the alerts that speak of them: one open alert
/// for each run of neighbours of a subject. Chunks that come to trouble within one flush are
/// alerted together; a run that grows keeps its alert; when two runs meet, the older alert covers
/// both and the younger is closed, saying so.
final class Troubles {
  /// So many chunks an alert shows as evidence.
  private static final int SHOWN = 3;

  private static final String ACCUSED =
      "either the source rotted and a later write hid it, or these targets were damaged alike: a"
          + " person must find out. Nothing is sent from the source; write the chunks anew through"
          + " the volume's export with what is right";

  private static final Comparator<AlertEntry> OLDEST_FIRST =
      Comparator.comparingLong(AlertEntry::openedAt).thenComparing(AlertEntry::id);

  private final KeyValueStore<String, Trouble> store;
  private final AlertBook alerts;

  /// Chunks without an alert; they can be found again in the store.
  private final Map<Subject, BitSet> fresh = new LinkedHashMap<>();

  Troubles(KeyValueStore<String, Trouble> store, AlertBook alerts) {
    this.store = store;
    this.alerts = alerts;
    try (var all = store.all()) {
      all.forEachRemaining(entry -> {
        if (entry.value.alert() == null) {
          fresh(Subject.ofChunkKey(entry.key)).set(Subject.chunkOf(entry.key));
        }
      });
    }
  }

  private BitSet fresh(Subject subject) {
    return fresh.computeIfAbsent(subject, _ -> new BitSet());
  }

  @Nullable Trouble find(Subject subject, int chunk) {
    return store.get(subject.chunkKey(chunk));
  }

  /// Notes that a chunk is in trouble.
  ///
  /// @return whether the chunk was not in trouble before, or had been healed
  boolean found(Subject subject, int chunk, Point point, Trouble trouble) {
    String key = subject.chunkKey(chunk);
    @Nullable Trouble known = store.get(key);
    if (known == null) {
      store.put(key, trouble);
      fresh(subject).set(chunk);
      return true;
    }
    if (!known.isBefore(point)) {
      return false;
    }
    store.put(key, known.again(trouble));
    AlertEntry alert = alerts.find(known.alert());
    if (alert != null) {
      alerts.put(alert.covering(ChunkSet.EMPTY, trouble.sequence(), known.isHealed() ? 1 : 0));
    }
    return known.isHealed();
  }

  /// Notes that a chunk is well.
  ///
  /// @return whether the chunk was in trouble and is not any more
  boolean healed(Subject subject, int chunk, Point point, long at) {
    @Nullable Trouble known = find(subject, chunk);
    if (known == null || known.isHealed() || !known.isBefore(point)) {
      return false;
    }
    over(subject, chunk, known, at);
    return true;
  }

  /// Notes that a trouble is over.
  void over(Subject subject, int chunk, Trouble trouble, long at) {
    store.put(subject.chunkKey(chunk), trouble.healed(Math.max(at, trouble.at())));
    AlertEntry alert = alerts.find(trouble.alert());
    if (alert != null) {
      alerts.put(alert.covering(ChunkSet.EMPTY, alert.sequence(), -1));
    }
  }

  /// Notes that targets accuse the source of a chunk, which it may be in trouble for already.
  void accused(Subject source, int chunk, Point point, Trouble accusation) {
    @Nullable Trouble known = find(source, chunk);
    if (known == null || known.isHealed() || known.isBefore(point)) {
      boolean _ = found(source, chunk, point, accusation);
      return;
    }
    Trouble after = known.accusedBy(accusation.accusedBy());
    if (!after.equals(known)) {
      store.put(source.chunkKey(chunk), after);
      AlertEntry alert = alerts.find(known.alert());
      if (alert != null) {
        alerts.put(alert.covering(ChunkSet.EMPTY, alert.sequence(), 0));
      }
    }
  }

  boolean isInTrouble(Subject subject, int chunk) {
    @Nullable Trouble known = find(subject, chunk);
    return known != null && !known.isHealed();
  }

  /// The subject's chunks that are in trouble.
  int[] chunksOf(Subject subject) {
    return Stores.copy(store, subject.first(), subject.last()).stream()
        .filter(entry -> !entry.value.isHealed())
        .mapToInt(entry -> Subject.chunkOf(entry.key))
        .toArray();
  }

  boolean hasFresh() {
    return !fresh.isEmpty();
  }

  /// Opens or widens alerts for the chunks that have none.
  ///
  /// @param volumeIds gives a volume's UUID
  void alert(UnaryOperator<String> volumeIds) {
    fresh.forEach((subject, chunks) -> {
      for (Run run : ChunkSet.of(chunks).runs()) {
        cover(subject, run, volumeIds.apply(subject.volume()));
      }
    });
    fresh.clear();
  }

  private void cover(Subject subject, Run run, String volumeId) {
    long openedAt = Long.MAX_VALUE;
    long sequence = 0;
    int unhealed = 0;
    for (int chunk = run.first(); chunk < run.end(); chunk++) {
      Trouble trouble = store.get(subject.chunkKey(chunk));
      openedAt = Math.min(openedAt, trouble.at());
      sequence = Math.max(sequence, trouble.sequence());
      unhealed += trouble.isHealed() ? 0 : 1;
    }
    var chunks = new ChunkSet(List.of(run));
    List<AlertEntry> neighbours = neighbours(subject, run);
    AlertEntry alert;
    if (neighbours.isEmpty()) {
      var kind = subject.target() == null ? AlertKind.SOURCE_ROT : AlertKind.DIVERGENCE;
      alert = alerts.open(kind, subject, volumeId, chunks, sequence, openedAt, "", unhealed);
    } else {
      alert = neighbours.getFirst().covering(chunks, sequence, unhealed);
    }
    assign(subject, chunks, alert.id());
    for (AlertEntry other : neighbours.subList(Math.min(1, neighbours.size()), neighbours.size())) {
      alert = alert.covering(other.chunks(), other.sequence(), other.unhealed());
      assign(subject, other.chunks(), alert.id());
      alerts.close(
          other.saying(other.evidence() + "; goes on in " + alert.id()),
          Math.max(openedAt, other.openedAt()));
    }
    alerts.put(alert);
  }

  /// The alerts of the chunks beside the run, the oldest first.
  private List<AlertEntry> neighbours(Subject subject, Run run) {
    var found = new ArrayList<AlertEntry>();
    for (int chunk : new int[] {run.first() - 1, run.end()}) {
      @Nullable Trouble trouble = chunk < 0 ? null : store.get(subject.chunkKey(chunk));
      AlertEntry alert = trouble == null ? null : alerts.find(trouble.alert());
      if (alert != null) {
        found.add(alert);
      }
    }
    found.sort(OLDEST_FIRST);
    return found;
  }

  private void assign(Subject subject, ChunkSet chunks, String alert) {
    chunks
        .indexes()
        .mapToObj(subject::chunkKey)
        .forEach(key -> store.put(key, store.get(key).alerted(alert)));
  }

  /// Closes the alert when all its chunks are healed, else publishes it.
  void settle(AlertEntry alert) {
    AlertEntry told = alert.saying(evidence(alert));
    if (alert.unhealed() > 0) {
      alerts.publish(told);
      return;
    }
    alerts.close(told, lastHealed(alert));
    alert.chunks().indexes().forEach(chunk -> store.delete(alert.subject().chunkKey(chunk)));
  }

  private long lastHealed(AlertEntry alert) {
    return alert
        .chunks()
        .indexes()
        .mapToObj(chunk -> store.get(alert.subject().chunkKey(chunk)))
        .mapToLong(trouble -> trouble.healedAt() == null ? 0 : trouble.healedAt())
        .max()
        .orElse(alert.openedAt());
  }

  private String evidence(AlertEntry alert) {
    var said = new ArrayList<String>();
    int tries = 0;
    boolean isAccused = false;
    for (int chunk : alert.chunks().indexes().limit(SHOWN).toArray()) {
      Trouble trouble = store.get(alert.subject().chunkKey(chunk));
      said.add(trouble.evidence(chunk));
      tries = Math.max(tries, trouble.tries());
      isAccused |= !trouble.accusedBy().isEmpty();
    }
    int more = alert.chunks().count() - said.size();
    if (more > 0) {
      said.add(more + " more");
    }
    if (isAccused) {
      said.add(ACCUSED);
    }
    if (tries > 1) {
      said.add("the source was asked %d times to send it again".formatted(tries));
    }
    return String.join("; ", said);
  }

  void forget(Subject subject) {
    Stores.deleteAll(store, subject);
    fresh.remove(subject);
  }
}
