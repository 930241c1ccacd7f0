package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Incarnation;
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
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/// How a volume comes to be open. Making one writes a checkpoint first, which says that nothing was
/// journaled yet; then a new volume and one that was cut off while it was made go the way that any
/// restart goes.
final class SourceOpening {
  private static final System.Logger LOG = System.getLogger(SourceOpening.class.getName());
  static final String LOCK = "lock";
  private static final String JOURNAL = "journal-";
  private static final String CONTENT = "start with content";

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

  /// Whether a file of a volume's directory is one that a volume keeps there.
  static boolean isOurs(String file) {
    return file.startsWith(JOURNAL)
        || Set.of(
                LOCK,
                Checkpoint.NAME,
                ChunkRecordFile.NAME,
                DirtyMap.NAME,
                HotMap.NAME,
                Mark.Kind.PAUSED.file(),
                Mark.Kind.READ_ONLY.file())
            .contains(file.endsWith(".new") ? file.substring(0, file.length() - 4) : file);
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
    if (geometry.size() > device.size()) {
      throw otherSize(geometry);
    }
    VolumeFiles files = VolumeFiles.open(device, directory, checkpoint.ownership());
    try {
      return recover(lock, checkpoint, files);
    } catch (IOException | RuntimeException e) {
      files.close();
      throw e;
    }
  }

  private IOException otherSize(Geometry geometry) {
    return new IOException(
        "%s has %d bytes, but the volume has %d".formatted(device, device.size(), geometry.size()));
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
    var checkpoint =
        new Checkpoint(
            ownership,
            1,
            List.of(new Incarnation(0, Place.FIRST)),
            0,
            0,
            !content,
            settings.boot(),
            false,
            null);
    VolumeFiles.create(directory, ownership, content);
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

  private SourceVolume recover(Closeable lock, Checkpoint checkpoint, VolumeFiles files)
      throws IOException {
    int damaged = files.chunks().load(checkpoint.redo().sequence() - 1);
    if (damaged > 0) {
      LOG.log(
          Level.WARNING,
          "volume {0}: {1} chunk records are damaged; rot of these chunks is"
              + " noticed only after the next scrub",
          name,
          damaged);
    }
    JournalSettings journalSettings = journalSettings(checkpoint);
    long start = System.nanoTime();
    try (var recovery =
        JournalRecovery.read(journalSettings, checkpoint.incarnations(), checkpoint.forced())) {
      var redo = new Redo(checkpoint.ownership().geometry(), device, files.chunks());
      recovery.replay(redo);
      tell(redo, System.nanoTime() - start);
      if (device.growsByZeros() && device.size() != redo.geometry().size()) {
        throw otherSize(redo.geometry()); // only a device may have more than was asked for
      }
      if (checkpoint.isFull()) {
        device.force();
        checkpoint = checkpoint.at(recovery.end(), checkpoint.forced(), checkpoint.published());
      }
      Journal journal = recovery.open();
      fitness.onStop(journal::stop);
      try {
        return serve(lock, grown(checkpoint, redo.geometry(), journal, files), journal, files);
      } catch (IOException | RuntimeException e) {
        journal.close();
        throw e;
      }
    }
  }

  /// The redo has made the volume larger: the rest of it follows.
  private static Checkpoint grown(
      Checkpoint checkpoint, Geometry grown, Journal journal, VolumeFiles files)
      throws IOException {
    Ownership before = checkpoint.ownership();
    if (before.geometry().equals(grown)) {
      return checkpoint;
    }
    files.grow(before.volume(), grown, journal);
    return checkpoint.withOwnership(new Ownership(before.volume(), grown, before.owner()));
  }

  private void tell(Redo redo, long nanos) {
    if (redo.changes() > 0) {
      LOG.log(
          Level.INFO,
          "volume {0}: {1} changes of {2} MiB were redone, within {3} ms",
          name,
          redo.changes(),
          redo.bytes() >> 20,
          nanos / 1_000_000);
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

  /// The new incarnation and its start at the log's end are durable before anything is appended;
  /// what a power loss has made doubtful is, before the boot it happened in is forgotten. The
  /// device is not forced: until the next checkpoint a restart redoes again what was redone now.
  private SourceVolume serve(Closeable lock, Checkpoint before, Journal journal, VolumeFiles files)
      throws IOException {
    boolean powerLost = suspectHotRegions(before, files);
    files.dirty().snapshot().indexes().forEach(files.chunks()::dirtied);
    files.chunks().store(journal);
    var checkpoint = before.opened(journal.redoPoint(), journal.forced(), settings.boot());
    checkpoint.write(directory);
    files.hot().cool(files.hot().candidates(true)); // the journal was forced when it was opened
    List<OwnGap> gaps = openGaps(checkpoint, journal, files.dirty(), powerLost);
    checkpoint = checkpoint.withForced(journal.forced());
    checkpoint.write(directory);
    if (checkpoint.published() != null) {
      journal.acknowledged(checkpoint.published().sequence());
    }
    return new SourceVolume(name, lock, files, journal, fitness, checkpoint, gaps);
  }

  /// After a power loss, or where nobody knows whether there was one, the device may hold writes
  /// that the journal has lost.
  ///
  /// @return whether that is so of any
  private boolean suspectHotRegions(Checkpoint before, VolumeFiles files) throws IOException {
    boolean sameBoot =
        !settings.boot().equals(Boot.UNKNOWN) && settings.boot().equals(before.boot());
    BitSet hot = files.hot().chunks();
    if (!StartTable.isPowerLoss(sameBoot, !hot.isEmpty())) {
      return false;
    }
    LOG.log(
        Level.WARNING,
        "volume {0}: the power was lost while it was open; {1} chunks may hold writes that were not"
            + " flushed, and are sent to all targets again",
        name,
        hot.cardinality());
    files.dirty().add(hot);
    return true;
  }

  private static List<OwnGap> openGaps(
      Checkpoint checkpoint, Journal journal, DirtyMap dirty, boolean powerLost)
      throws IOException {
    var gaps = new OwnGaps(journal, dirty, checkpoint.ownership());
    ChunkSet all = ChunkSet.all(checkpoint.ownership().geometry());
    StartTable.Decision decision =
        StartTable.decide(
            history(journal), checkpoint.startedEmpty(), checkpoint.overflow(), !dirty.isEmpty());
    return switch (decision) {
      case BEGIN_EMPTY -> gaps.begin(ChunkSet.EMPTY, "start");
      case BEGIN_WITH_CONTENT -> gaps.begin(all, CONTENT);
      case FILL_FIRST_GAP -> {
        dirty.opened(1);
        yield List.of(new OwnGap(1, all, CONTENT));
      }
      case STAY_IN_OVERFLOW, GO_ON -> List.of();
      case OPEN_GAP -> gaps.open(powerLost ? "power loss" : "restart");
    };
  }

  private static StartTable.History history(Journal journal) {
    long appended = journal.appended();
    return appended == 0
        ? StartTable.History.NONE
        : appended == 1 ? StartTable.History.BEGUN : StartTable.History.MORE;
  }
}
