package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import io.blocktail.producer.journal.JournalRecord;
import io.blocktail.producer.journal.JournalRecovery;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Does again, after a restart, what the journal says. Doing it twice changes nothing.
final class Redo implements JournalRecovery.Redo {
  private Geometry geometry;
  private final BlockDevice device;
  private final ChunkRecords records;
  private long changes;
  private long bytes;

  Redo(Geometry geometry, BlockDevice device, ChunkRecords records) {
    this.geometry = geometry;
    this.device = device;
    this.records = records;
  }

  @Override
  public void redo(JournalRecord journalRecord) throws IOException {
    Event event = decode(journalRecord);
    if (event.body() instanceof Body.Grow grow) {
      grow(grow, event.sequence());
    }
    if (!(event.body() instanceof Body.Content change)) {
      return;
    }
    if (!geometry.isChangeExtent(change.offset(), change.length())) {
      throw new IOException(
          "journal record %d changes %d+%d, which is no range of this volume"
              .formatted(event.sequence(), change.offset(), change.length()));
    }
    apply(change, device);
    records.changed(change, event.sequence());
    changes++;
    bytes += change.length();
  }

  /// One that the volume's checkpoint knows already needs nothing more.
  private void grow(Body.Grow grow, long sequence) throws IOException {
    if (grow.size() <= geometry.size()) {
      return;
    }
    Geometry grown;
    try {
      grown = geometry.grownTo(grow.size());
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "journal record %d grows the volume: %s".formatted(sequence, e.getMessage()), e);
    }
    device.grow(grown.size());
    records.grow(grown, sequence);
    geometry = grown;
  }

  /// How large the volume is after all that.
  Geometry geometry() {
    return geometry;
  }

  /// How many changes were redone.
  long changes() {
    return changes;
  }

  /// How many bytes of the device they cover.
  long bytes() {
    return bytes;
  }

  private static Event decode(JournalRecord journalRecord) throws IOException {
    try {
      Event event = EventCodec.decode(journalRecord.body());
      if (event.sequence() != journalRecord.sequence()) {
        throw new IOException(
            "journal record %d holds event %d"
                .formatted(journalRecord.sequence(), event.sequence()));
      }
      return event;
    } catch (InvalidEventException e) {
      throw new IOException(
          "journal record %d cannot be believed: %s"
              .formatted(journalRecord.sequence(), e.getMessage()),
          e);
    }
  }

  /// Makes the device hold what the change says.
  static void apply(Body.Content change, BlockDevice device) throws IOException {
    ByteBuffer content = change.content();
    if (content == null) {
      device.zero(change.offset(), change.length());
    } else {
      device.write(content.duplicate(), change.offset());
    }
  }
}
