package io.blocktail.validator.alert;

import io.blocktail.volume.ChunkSet;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/// The alerts that are open, and the newest that were closed. Every state of an alert is published
/// once, when the watch flushes.
final class AlertBook {
  private final KeyValueStore<String, AlertEntry> open;
  private final KeyValueStore<String, AlertEntry> closed;
  private final Outbox outbox;
  private final int closedLimit;

  /// Changed since they were published; everything here can be found again in the stores.
  private final Set<String> changed = new LinkedHashSet<>();

  private int closedCount;

  AlertBook(Stores stores, Outbox outbox, int closedLimit) {
    this.open = stores.open();
    this.closed = stores.closed();
    this.outbox = outbox;
    this.closedLimit = closedLimit;
    try (var all = open.all()) {
      all.forEachRemaining(entry -> {
        if (!entry.value.told()) {
          changed.add(entry.key);
        }
      });
    }
    try (var all = closed.all()) {
      all.forEachRemaining(_ -> closedCount++);
    }
  }

  /// Opens an alert. Its id is made of what it is about and when it was opened: unique, and the
  /// same when the same records are read again.
  AlertEntry open(
      AlertKind kind,
      Subject subject,
      String volumeId,
      ChunkSet chunks,
      long sequence,
      long openedAt,
      String evidence,
      int unhealed) {
    String whose = subject.target() == null ? "" : "." + subject.target();
    String where = chunks.isEmpty() ? "" : "." + chunks.runs().getFirst().first();
    String id = kind.label() + "." + subject.volume() + whose + where + "." + openedAt;
    var entry =
        new AlertEntry(
            id,
            kind,
            subject.volume(),
            volumeId,
            subject.target(),
            chunks,
            sequence,
            openedAt,
            null,
            evidence,
            unhealed,
            false);
    put(entry);
    return entry;
  }

  @Nullable AlertEntry find(@Nullable String id) {
    return id == null ? null : open.get(id);
  }

  void put(AlertEntry entry) {
    open.put(entry.id(), entry);
    changed.add(entry.id());
  }

  void close(AlertEntry entry, long when) {
    AlertEntry last = entry.closed(when);
    open.delete(entry.id());
    changed.remove(entry.id());
    closed.put("%020d/%s".formatted(Math.max(when, 0), entry.id()), last);
    closedCount++;
    outbox.alert(last.toMessage());
    forgetOldest();
  }

  private void forgetOldest() {
    if (closedCount <= closedLimit) {
      return;
    }
    try (var all = closed.all()) {
      for (; closedCount > closedLimit && all.hasNext(); closedCount--) {
        closed.delete(all.next().key);
      }
    }
  }

  void publish(AlertEntry entry) {
    open.put(entry.id(), entry.published());
    changed.remove(entry.id());
    outbox.alert(entry.toMessage());
  }

  /// What is to be published or closed, in the order in which it changed.
  List<AlertEntry> changed() {
    var entries = new ArrayList<AlertEntry>();
    for (String id : changed) {
      @Nullable AlertEntry entry = open.get(id);
      if (entry != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  /// Those of a kind that are open.
  List<AlertEntry> ofKind(AlertKind kind) {
    return Stores.copy(open).stream()
        .map(entry -> entry.value)
        .filter(alert -> alert.kind() == kind)
        .toList();
  }

  boolean hasChanged() {
    return !changed.isEmpty();
  }

  /// Closes all of a target, or with no target of the volume and all its targets.
  void closeAll(Subject subject, long when, String why) {
    for (var entry : Stores.copy(open)) {
      AlertEntry alert = entry.value;
      if (alert.volume().equals(subject.volume())
          && (subject.target() == null || subject.target().equals(alert.target()))) {
        close(alert.saying(alert.evidence() + "; " + why), Math.max(when, alert.openedAt()));
      }
    }
  }
}
