package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.Place;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.VolumeName;
import java.io.Closeable;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A source volume with all that belongs to it: its lock, device, journal, chunk records and
/// checkpoint. Safe for many threads; the checkpoint's lock is taken before any other.
public final class SourceVolume implements AutoCloseable {
  private final VolumeName name;
  private final Closeable lock;
  private final Disk directory;
  private final BlockDevice below;
  private final Journal journal;
  private final ChunkRecords chunks;
  private final Fitness fitness;
  private final CapturingDevice device;

  /// Held while the checkpoint's file is made and replaced.
  private final Object checkpointing = new Object();

  /// What the file says; written only under `checkpointing`.
  private volatile Checkpoint saved;

  private volatile @Nullable StreamPosition published;

  SourceVolume(
      VolumeName name,
      Closeable lock,
      Disk directory,
      BlockDevice below,
      Journal journal,
      ChunkRecords chunks,
      Fitness fitness,
      Checkpoint saved) {
    this.name = name;
    this.lock = lock;
    this.directory = directory;
    this.below = below;
    this.journal = journal;
    this.chunks = chunks;
    this.fitness = fitness;
    this.saved = saved;
    this.published = saved.published();
    this.device =
        new CapturingDevice(saved.ownership().geometry(), below, journal, chunks, fitness);
  }

  /// Opens the volume, or makes it where the directory has none yet. The device is the volume's
  /// from then on and closed with it; it stays the caller's when this fails.
  public static SourceVolume open(
      VolumeName name, BlockDevice device, Disk directory, SourceSettings settings)
      throws IOException {
    try {
      return SourceOpening.open(name, device, directory, settings);
    } catch (IOException e) {
      throw new IOException("volume %s cannot be opened: %s".formatted(name, Fitness.said(e)), e);
    }
  }

  /// Whether the directory is one of a volume that was made before.
  public static boolean isMade(Disk directory) throws IOException {
    return Checkpoint.read(directory).isPresent();
  }

  public VolumeName name() {
    return name;
  }

  public Ownership ownership() {
    return saved.ownership();
  }

  public int epoch() {
    return saved.epoch();
  }

  /// Whether the volume was made empty.
  public boolean startedEmpty() {
    return saved.startedEmpty();
  }

  /// Whether the gap over the content that the volume started with is still to be closed.
  public boolean initialGapOpen() {
    return saved.initialGapOpen();
  }

  /// Durable when it returns.
  public void initialGapClosed() throws IOException {
    synchronized (checkpointing) {
      save(saved.withoutInitialGap());
    }
  }

  public CapturingDevice device() {
    return device;
  }

  public Journal journal() {
    return journal;
  }

  public ChunkRecords chunks() {
    return chunks;
  }

  /// What was acknowledged by Kafka when the last checkpoint was taken, or since.
  public Optional<StreamPosition> published() {
    return Optional.ofNullable(published);
  }

  /// Remembered with the next checkpoint.
  public void published(StreamPosition position) {
    published = position;
  }

  /// The number of a new scrub pass: higher than any before, also over restarts.
  public long nextPass() throws IOException {
    synchronized (checkpointing) {
      save(saved.withPass(saved.pass() + 1));
      return saved.pass();
    }
  }

  private void save(Checkpoint checkpoint) throws IOException {
    fitness.check();
    try {
      checkpoint.write(directory);
    } catch (IOException e) {
      throw fitness.stop("its checkpoint in %s could not be written".formatted(directory), e);
    }
    saved = checkpoint;
  }

  /// One step of background work: forces the device, moves the point from which a restart redoes
  /// the journal, stores chunk records, frees journal segments.
  ///
  /// @return whether there was something to do
  public boolean checkpoint() throws IOException {
    synchronized (checkpointing) {
      if (fitness.reason() != null) {
        return false;
      }
      Place redo = journal.redoPoint();
      StreamPosition position = published;
      boolean moved = !redo.equals(saved.redo());
      if (moved || chunks.isDirty() || !Objects.equals(position, saved.published())) {
        journal.force(redo.sequence() - 1);
        if (moved) {
          forceDevice();
        }
        storeChunks();
        save(saved.at(saved.incarnation(), redo, journal.forced(), position));
        journal.free(redo);
        return true;
      }
      return journal.free(redo);
    }
  }

  private void forceDevice() throws IOException {
    try {
      below.force();
    } catch (IOException e) {
      throw fitness.stop("a force of %s failed".formatted(below), e);
    }
  }

  private void storeChunks() throws IOException {
    try {
      chunks.store(journal);
    } catch (IOException e) {
      throw fitness.stop("its chunk records in %s could not be written".formatted(directory), e);
    }
  }

  public SourceState state() {
    String reason = fitness.reason();
    if (reason != null) {
      return new SourceState.Stopped(reason);
    }
    return journal.blocked() ? new SourceState.Blocked() : new SourceState.Serving();
  }

  /// Stops serving: from now on clients get EIO, and nothing is appended. The first reason counts.
  public void stop(String reason) {
    fitness.stop(reason);
  }

  public void stop(Throwable cause) {
    fitness.stop(Fitness.said(cause));
  }

  /// Takes a last checkpoint if the volume is fit, and gives the files back. Requests in flight
  /// must be done.
  @Override
  public void close() throws IOException {
    try (lock;
        below;
        chunks;
        journal) {
      checkpoint();
      fitness.stop("it is closed");
    }
  }
}
