package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.Place;
import io.blocktail.storage.Disk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.VolumeName;
import java.io.Closeable;
import java.io.IOException;
import java.time.Instant;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// A source volume with all that belongs to it: its lock, device, journal, chunk records and
/// checkpoint. Safe for many threads; the checkpoint's lock is taken before any other.
public final class SourceVolume implements AutoCloseable {
  private final VolumeName name;
  private final Closeable lock;
  private final VolumeFiles files;
  private final Journal journal;
  private final Fitness fitness;
  private final Passage passage;
  private final CapturingDevice device;

  /// Held while the volume is made larger; before `checkpointing`, which is not held while a block
  /// device is prepared.
  private final Object growing = new Object();

  /// Held while the checkpoint's file is made and replaced.
  private final Object checkpointing = new Object();

  /// What the file says; written only under `checkpointing`.
  private volatile Checkpoint saved;

  private volatile @Nullable StreamPosition published;

  /// Opened, and not taken yet by who fills them.
  private final AtomicReference<List<OwnGap>> gaps;

  SourceVolume(
      VolumeName name,
      Closeable lock,
      VolumeFiles files,
      Journal journal,
      Fitness fitness,
      Checkpoint saved,
      List<OwnGap> gaps) {
    this.name = name;
    this.lock = lock;
    this.files = files;
    this.journal = journal;
    this.fitness = fitness;
    this.saved = saved;
    this.published = saved.published();
    this.gaps = new AtomicReference<>(gaps);
    this.passage = new Passage(fitness, saved.overflow());
    this.device =
        new CapturingDevice(saved.ownership().geometry(), files, journal, fitness, passage);
    fitness.onStop(cause -> {
      journal.stop(cause);
      passage.stopped();
    });
    if (saved.overflow()) {
      journal.suspend();
    }
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

  /// Deletes all that the volume of a directory has there, after which nobody knows any more which
  /// one it was. Can be done again and again.
  ///
  /// @throws IOException also when somebody uses the directory
  public static void erase(Disk directory) throws IOException {
    directory.lock(SourceOpening.LOCK).close();
    directory.delete(Checkpoint.NAME); // first: what is left then is no volume
    for (String file : directory.list()) {
      if (SourceOpening.isOurs(file)) {
        directory.delete(file);
      }
    }
  }

  /// The size in bytes of the volume that was made there before; empty where none was.
  public static OptionalLong madeSize(Disk directory) throws IOException {
    Optional<Checkpoint> found = Checkpoint.read(directory);
    return found.isPresent()
        ? OptionalLong.of(found.get().ownership().geometry().size())
        : OptionalLong.empty();
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

  /// How many chunks the stream may lack; each is sent again in a gap that the volume opens.
  public int dirtyChunks() {
    return files.dirty().count();
  }

  /// Whether gaps wait to be taken.
  public boolean hasGaps() {
    return !gaps.get().isEmpty();
  }

  /// The gaps that were opened since this was asked last, for who fills them. They take the place
  /// of all that were taken before.
  public List<OwnGap> takeGaps() {
    return gaps.getAndSet(List.of());
  }

  public CapturingDevice device() {
    return device;
  }

  public Journal journal() {
    return journal;
  }

  public ChunkRecords chunks() {
    return files.chunks();
  }

  /// What was acknowledged by Kafka when the last checkpoint was taken, or since.
  public Optional<StreamPosition> published() {
    return Optional.ofNullable(published);
  }

  /// Remembered with the next checkpoint.
  public void published(StreamPosition position) {
    published = position;
  }

  /// Whether what is captured is kept from the stream.
  public Mark pause() {
    return files.pause();
  }

  /// Keeps what is captured from the stream, from now on and over restarts: it stays in the
  /// journal. What is on its way to Kafka still arrives. Durable when this returns; done twice it
  /// changes nothing.
  public void pausePublishing(Instant now) throws IOException {
    fitness.check();
    files.pause().begin(now);
  }

  /// Whether NBD clients may only read, because somebody wants it so.
  public Mark readOnly() {
    return files.readOnly();
  }

  /// Remembers whether NBD clients may only read, over restarts.
  public void setReadOnly(boolean readOnly, Instant now) throws IOException {
    fitness.check();
    if (readOnly) {
      files.readOnly().begin(now);
    } else {
      files.readOnly().end();
    }
  }

  /// Lets the stream have what the journal kept.
  public void resumePublishing() throws IOException {
    fitness.check();
    files.pause().end();
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
      checkpoint.write(files.directory());
    } catch (IOException e) {
      throw fitness.stop(
          "its checkpoint in %s could not be written".formatted(files.directory()), e);
    }
    saved = checkpoint;
  }

  /// One step of background work: forces the device, moves the point from which a restart redoes
  /// the journal, stores chunk records and maps, frees journal segments.
  ///
  /// @return whether there was something to do
  public boolean checkpoint() throws IOException {
    return checkpoint(false);
  }

  /// @param last whether nobody writes any more
  private boolean checkpoint(boolean last) throws IOException {
    synchronized (checkpointing) {
      if (fitness.reason() != null) {
        return false;
      }
      BitSet idle = files.hot().candidates(last);
      long appended = journal.appended();
      Place redo = journal.redoPoint();
      StreamPosition position = published;
      boolean moved = !redo.equals(saved.redo());
      files.dirty().settle(journal.forced());
      if (moved
          || !idle.isEmpty()
          || files.chunks().isDirty()
          || files.dirty().isToBeStored()
          || !Objects.equals(position, saved.published())) {
        journal.force(idle.isEmpty() ? redo.sequence() - 1 : appended);
        if (moved) {
          forceDevice();
        }
        store(idle);
        save(saved.at(redo, journal.forced(), position));
        journal.free(redo);
        return true;
      }
      return journal.free(redo);
    }
  }

  /// Lets changes go past the full journal, from now on and over restarts, until [#endOverflow].
  /// Writers who wait for room in it go on.
  public void beginOverflow() throws IOException {
    synchronized (checkpointing) {
      passage.beginSwitch();
      journal.suspend();
      journal.force(journal.appended());
      forceDevice();
      store(new BitSet()); // what a restart redoes no more, the records must say
      save(saved.at(journal.redoPoint(), journal.forced(), published).withOverflow(true));
      passage.switched(true);
    }
  }

  /// Lets changes go through the journal again, which must have room. First what went past it
  /// becomes durable, and the stream is told which chunks it lacks.
  public void endOverflow() throws IOException {
    synchronized (checkpointing) {
      passage.beginSwitch();
      forceDevice();
      List<OwnGap> opened = ownGaps().open("overflow");
      save(saved.withOverflow(false));
      gaps.set(opened);
      journal.resume();
      passage.switched(false);
    }
  }

  /// The stream ends before what the journal still has: it goes on with a gap over all that was
  /// changed behind its end, and what the journal has from there to the gap is never sent.
  ///
  /// @param end sequence of the stream's last event; 0 where there is none, or the topic was made
  ///   again
  /// @return sequence of the event that follows in the stream
  public long goOnBehind(long end) throws IOException {
    synchronized (checkpointing) {
      boolean past = passage.isPast();
      passage.beginSwitch();
      journal.suspend();
      List<OwnGap> opened = end == 0 ? beginAnew() : openBehind(end);
      gaps.set(opened);
      if (!past) {
        journal.resume();
      }
      passage.switched(past);
      return opened.getFirst().name();
    }
  }

  /// Makes the volume larger while it is served; what it gains reads as zeros, and every target
  /// does the same at this place of the history. Clients that are connected go on with the size
  /// that they were told. Nothing happens when it has that size.
  ///
  /// @param size in bytes
  /// @throws CannotGrow when it cannot have the size, or not now; it is as it was
  public void grow(long size) throws IOException {
    synchronized (growing) {
      fitness.check();
      Geometry before = ownership().geometry();
      Geometry grown = Growth.judge(name, before, size);
      if (grown.equals(before)) {
        return;
      }
      var growth = new Growth(files, journal, fitness, device);
      refuseGrowthPastTheJournal();
      growth.prepare(before, grown);
      synchronized (checkpointing) {
        fitness.check();
        refuseGrowthPastTheJournal();
        passage.beginSwitch();
        journal.suspend();
        growth.carryOut(ownership(), grown, after -> save(saved.withOwnership(after)));
        journal.resume();
        passage.switched(false);
      }
    }
  }

  private void refuseGrowthPastTheJournal() throws CannotGrow {
    if (passage.isPast()) {
      throw new CannotGrow(
          "volume %s: its journal is full, and changes go past it: it can grow when Kafka has taken some of that"
              .formatted(name));
    }
  }

  private List<OwnGap> beginAnew() throws IOException {
    ChunkSet all = ChunkSet.all(ownership().geometry());
    makeDirty(all.toBitSet());
    return ownGaps().begin(all, "stream begun anew");
  }

  private List<OwnGap> openBehind(long end) throws IOException {
    int chunks = ownership().geometry().chunks();
    var changed = new BitSet(chunks);
    for (int chunk = 0; chunk < chunks; chunk++) {
      changed.set(chunk, files.chunks().changedSince(chunk, end));
    }
    makeDirty(changed);
    return ownGaps().openBehind(end, "stream lost its end");
  }

  private void makeDirty(BitSet chunks) throws IOException {
    try {
      files.dirty().add(chunks);
    } catch (IOException e) {
      throw fitness.stop("its map of dirty chunks could not be written", e);
    }
  }

  private OwnGaps ownGaps() {
    return new OwnGaps(journal, files.dirty(), ownership());
  }

  private void forceDevice() throws IOException {
    try {
      files.device().force();
    } catch (IOException e) {
      throw fitness.stop("a force of %s failed".formatted(files.device()), e);
    }
  }

  /// @param idle regions of which the journal has everything durably
  private void store(BitSet idle) throws IOException {
    try {
      files.chunks().store(journal);
    } catch (IOException e) {
      throw fitness.stop(
          "its chunk records in %s could not be written".formatted(files.directory()), e);
    }
    try {
      files.dirty().store();
      files.hot().cool(idle);
    } catch (IOException e) {
      throw fitness.stop(
          "its maps of chunks in %s could not be written".formatted(files.directory()), e);
    }
  }

  public SourceState state() {
    String reason = fitness.reason();
    if (reason != null) {
      return new SourceState.Stopped(reason);
    }
    if (passage.isPast()) {
      return new SourceState.Overflow();
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
        BlockDevice _ = files.device();
        files;
        journal) {
      checkpoint(true);
      fitness.stop("it is closed");
    }
  }
}
