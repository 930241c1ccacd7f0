package io.blocktail.producer.capture;

import io.blocktail.event.Body;
import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Appended;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.JournalRecovery;
import io.blocktail.producer.journal.JournalSettings;
import io.blocktail.producer.journal.Place;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import java.io.Closeable;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/// How a volume comes to be open. Making one writes a checkpoint first, which says that nothing was
/// journaled yet; then a new volume and one that was cut off while it was made go the way that any
/// restart goes.
final class SourceOpening {
  private static final System.Logger LOG = System.getLogger(SourceOpening.class.getName());
  private static final String LOCK = "lock";
  private static final String JOURNAL = "journal-";

  private final VolumeName name;
  private final BlockDevice device;
  private final Disk directory;
  private final SourceSettings settings;
  private final Fitness fitness;

  private SourceOpening(
      VolumeName name, BlockDevice device, Disk directory, SourceSettings settings) {
    this.name = name;
    this.device = device;
    this.directory = directory;
    this.settings = settings;
    this.fitness = new Fitness(name);
  }

  static SourceVolume open(
      VolumeName name, BlockDevice device, Disk directory, SourceSettings settings)
      throws IOException {
    Closeable lock = directory.lock(LOCK);
    try {
      return new SourceOpening(name, device, directory, settings).open(lock);
    } catch (IOException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private SourceVolume open(Closeable lock) throws IOException {
    Optional<Checkpoint> found = Checkpoint.read(directory);
    Checkpoint checkpoint = found.isPresent() ? found.get() : create();
    Geometry geometry = checkpoint.ownership().geometry();
    if (geometry.size() != device.size()) {
      throw new IOException(
          "%s has %d bytes, but the volume has %d"
              .formatted(device, device.size(), geometry.size()));
    }
    UUID id = checkpoint.ownership().volume();
    var records =
        new ChunkRecords(geometry, ChunkRecordFile.open(directory, id, geometry.chunks()));
    try {
      return recover(lock, checkpoint, records);
    } catch (IOException | RuntimeException e) {
      records.close();
      throw e;
    }
  }

  private Checkpoint create() throws IOException {
    for (String file : directory.list()) {
      if (file.startsWith(JOURNAL)) {
        throw new IOException(
            "%s has a journal (%s) but no checkpoint: without it nobody knows which volume this is"
                .formatted(directory, file));
      }
    }
    var ownership = new Ownership(UUID.randomUUID(), geometry(), settings.owner());
    boolean content = settings.startsWithContent();
    var checkpoint = new Checkpoint(ownership, 1, 0, Place.FIRST, 0, 0, !content, content, null);
    int chunks = ownership.geometry().chunks();
    var records =
        new ChunkRecords(
            ownership.geometry(), ChunkRecordFile.create(directory, ownership.volume(), chunks));
    try (records) {
      records.storeNew();
    }
    checkpoint.write(directory);
    return checkpoint;
  }

  private Geometry geometry() throws IOException {
    try {
      return Geometry.of(device.size());
    } catch (IllegalArgumentException e) {
      throw new IOException("%s: %s".formatted(device, e.getMessage()), e);
    }
  }

  private SourceVolume recover(Closeable lock, Checkpoint checkpoint, ChunkRecords records)
      throws IOException {
    int damaged = records.load(checkpoint.redo().sequence() - 1);
    if (damaged > 0) {
      LOG.log(
          Level.WARNING,
          "volume {0}: {1} chunk records are damaged; rot of these chunks is"
              + " noticed only after the next scrub",
          name,
          damaged);
    }
    JournalSettings journalSettings = journalSettings(checkpoint);
    try (var recovery =
        JournalRecovery.read(
            journalSettings, checkpoint.redo(), checkpoint.incarnation(), checkpoint.forced())) {
      recovery.replay(new Redo(checkpoint.ownership().geometry(), device, records));
      device.force();
      Journal journal = recovery.open();
      fitness.onStop(journal::stop);
      try {
        return serve(lock, checkpoint, journal, records);
      } catch (IOException | RuntimeException e) {
        journal.close();
        throw e;
      }
    }
  }

  private JournalSettings journalSettings(Checkpoint checkpoint) {
    return new JournalSettings(
        directory,
        checkpoint.ownership().volume(),
        checkpoint.epoch(),
        settings.journalLimit(),
        settings.segmentBytes(),
        settings.clock(),
        settings.background(),
        cause ->
            fitness.stop("its journal in %s failed: %s".formatted(directory, Fitness.said(cause))));
  }

  /// The new incarnation and the redo point at the log's end are durable before anything is
  /// appended.
  private SourceVolume serve(
      Closeable lock, Checkpoint before, Journal journal, ChunkRecords records) throws IOException {
    records.store(journal);
    var checkpoint =
        before.at(
            before.incarnation() + 1, journal.redoPoint(), journal.forced(), before.published());
    checkpoint.write(directory);
    if (journal.appended() == 0) {
      begin(checkpoint, journal);
      checkpoint =
          checkpoint.at(
              checkpoint.incarnation(), checkpoint.redo(), journal.forced(), before.published());
      checkpoint.write(directory);
    }
    if (checkpoint.published() != null) {
      journal.acknowledged(checkpoint.published().sequence());
    }
    return new SourceVolume(name, lock, directory, device, journal, records, fitness, checkpoint);
  }

  private static void begin(Checkpoint checkpoint, Journal journal) throws IOException {
    Ownership ownership = checkpoint.ownership();
    ChunkSet open =
        checkpoint.initialGapOpen() ? ChunkSet.all(ownership.geometry()) : ChunkSet.EMPTY;
    Appended epoch = journal.append(List.of(new Body.Epoch(ownership, open)), "start");
    journal.applied(epoch);
    journal.force(epoch.last());
  }
}
