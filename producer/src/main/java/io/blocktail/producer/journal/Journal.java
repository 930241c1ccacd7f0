package io.blocktail.producer.journal;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// A volume's write-ahead log: gives events their sequences and keeps them until the device and
/// Kafka have them. Safe for many threads.
///
/// Locks, in their order: `forcing` (one force at a time), `appending` (the log's end; held during
/// the write of a batch), then those of the parts, which hold nothing else. [#reserve] waits for
/// room and is called before any lock is taken.
public final class Journal implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger(Journal.class.getName());

  /// What a record takes at most, in bytes, without its data and texts: header, padding, numbers.
  private static final int OVERHEAD = 512;

  private final JournalSettings settings;
  private final int incarnation;
  private final Segments segments;
  private final RecordWriter writer;
  private final ForcedClaim claim;
  private final InFlight inFlight = new InFlight();
  private final Room room = new Room();
  private final Pressure pressure;
  private final ReentrantLock forcing = new ReentrantLock();
  private final ReentrantLock appending = new ReentrantLock();

  /// Segments with records that no force has covered, oldest first; guarded by `appending`.
  private final ArrayDeque<Segment> unforced = new ArrayDeque<>();

  /// Where the next record goes in the current segment; guarded by `appending`.
  private int position;

  private volatile long appended;

  /// Behind the last record that a completed force covers.
  private volatile Place forcedEnd;

  private final AtomicLong acknowledged = new AtomicLong();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile @Nullable Thread publisher;

  /// Whether nothing but [#appendSuspended] may append; guarded by `appending`.
  private boolean suspended;

  /// @param end where the next record goes; all before it is forced
  Journal(JournalSettings settings, int incarnation, Segments segments, Place end)
      throws IOException {
    this.settings = settings;
    this.incarnation = incarnation;
    this.segments = segments;
    this.writer = new RecordWriter(settings.volume());
    this.claim = new ForcedClaim(settings.disk(), settings.volume());
    this.pressure = new Pressure(settings.mostSegments());
    this.position = end.position();
    this.appended = end.sequence() - 1;
    this.forcedEnd = end;
    claim.write(appended);
    room.free(freeBytes());
    settings.background().execute(this::prepare);
  }

  /// Waits until the records surely fit, which may take until Kafka has taken older ones. Called
  /// without any lock.
  ///
  /// @param records how many
  /// @param textBytes of the origin and other texts, for each record
  /// @param dataBytes of all together, with runs of chunks at 20 bytes each
  /// @throws IOException when the journal is unfit or closed
  public Reservation reserve(int records, int textBytes, long dataBytes) throws IOException {
    long bytes = records * (long) (OVERHEAD + textBytes) + dataBytes;
    if (2 * bytes > settings.limit() - settings.segmentBytes()) {
      throw new AssertionError("%d records with %d bytes at once".formatted(records, dataBytes));
    }
    return room.reserve(bytes, pressure::blocked);
  }

  /// Appends events, one for each body, in this order, in one write. They are in flight until
  /// [#applied]: so long a restart redoes them.
  ///
  /// @param origin who caused them
  /// @throws JournalSuspended between [#suspend] and [#resume]; nothing was appended
  public Appended append(List<Body> bodies, String origin) throws IOException {
    appending.lock();
    try {
      if (suspended) {
        throw new JournalSuspended();
      }
      return appendBehind(appended, bodies, origin);
    } finally {
      appending.unlock();
    }
  }

  /// Appends an event although others may not, and there may be no room.
  public Appended appendSuspended(Body body, String origin) throws IOException {
    return appendSuspended(appended, body, origin);
  }

  /// The same, for an event that will stand in the stream behind one that is not the last before it
  /// here: what is in between never comes there.
  ///
  /// @param previous sequence of the event that it follows on in the stream
  public Appended appendSuspended(long previous, Body body, String origin) throws IOException {
    appending.lock();
    try {
      return appendBehind(previous, List.of(body), origin);
    } finally {
      appending.unlock();
    }
  }

  private Appended appendBehind(long previous, List<Body> bodies, String origin)
      throws IOException {
    try {
      check();
      Place start = end();
      Instant now = settings.clock().instant();
      long capturedAt = now.getEpochSecond() * 1_000_000 + now.getNano() / 1_000;
      var batch = new Appended(start, bodies.size());
      inFlight.begin(batch);
      write(bodies, start.sequence(), previous, capturedAt, origin);
      appended = batch.last();
      room.free(freeBytes());
      wakePublisher();
      return batch;
    } catch (IOException | RuntimeException | Error e) {
      fail(e); // part of the batch may be written: nothing may stand behind it
      throw e;
    }
  }

  /// Nothing is appended from now on; who waits for room is let go. Returns when all that was
  /// appended is [#applied].
  public void suspend() {
    appending.lock();
    try {
      suspended = true;
    } finally {
      appending.unlock();
    }
    room.suspend();
    inFlight.awaitNone();
  }

  public void resume() {
    appending.lock();
    try {
      suspended = false;
    } finally {
      appending.unlock();
    }
    room.resume();
  }

  /// @param previous which event the first of them follows on in the stream
  private void write(List<Body> bodies, long first, long previous, long capturedAt, String origin)
      throws IOException {
    Segment segment = segments.current();
    long forced = forced();
    int written = position;
    long sequence = first;
    long before = previous;
    writer.clear();
    for (Body body : bodies) {
      if (!writer.hasRoom()) {
        writer.write(segment, written);
        writer.clear();
        written = position;
      }
      var event = new Event(sequence, before, settings.epoch(), capturedAt, origin, body);
      int bytes = writer.encode(event);
      if (bytes > settings.segmentBytes() - SegmentHeader.BYTES) {
        throw new AssertionError("a record of %d bytes fits no segment".formatted(bytes));
      }
      if (bytes > segment.size() - position) {
        writer.write(segment, written);
        segment = turn(segment, sequence);
        written = position;
      }
      writer.add(sequence, forced, incarnation, segment.number(), position);
      position += bytes;
      before = sequence;
      sequence++;
    }
    writer.write(segment, written);
    willForce(segment);
  }

  private void willForce(Segment segment) {
    Segment last = unforced.peekLast();
    if (last == null || last.number() != segment.number()) {
      unforced.addLast(segment);
    }
  }

  /// Goes on in a new segment.
  private Segment turn(Segment full, long sequence) throws IOException {
    willForce(full);
    Segment next = segments.begin(full.number() + 1, sequence, incarnation);
    position = SegmentHeader.BYTES;
    pressure.turned();
    settings.background().execute(this::prepare);
    return next;
  }

  /// What goes wrong here goes wrong again, and is reported, when a writer needs the segment.
  private void prepare() {
    try {
      segments.prepare();
    } catch (IOException e) {
      LOG.log(Level.WARNING, "a journal segment could not be prepared", e);
    }
  }

  /// Says that the device has what the events say, or that they say nothing to it.
  public void applied(Appended batch) {
    inFlight.applied(batch);
  }

  /// Sequence of the last record that was appended.
  public long appended() {
    return appended;
  }

  /// Highest sequence that a completed force covers.
  public long forced() {
    return forcedEnd.sequence() - 1;
  }

  /// Group commit: returns when `forced() >= sequence`. A force that fails fails the journal for
  /// ever.
  public void force(long sequence) throws IOException {
    if (forced() >= sequence) {
      return;
    }
    if (sequence > appended) {
      throw new AssertionError("a force of %d, beyond %d".formatted(sequence, appended));
    }
    forcing.lock();
    try {
      if (forced() < sequence) {
        forceAll();
      }
    } finally {
      forcing.unlock();
    }
  }

  private void forceAll() throws IOException {
    List<Segment> segmentsToForce;
    Place end;
    appending.lock();
    try {
      check();
      segmentsToForce = List.copyOf(unforced);
      end = end();
    } finally {
      appending.unlock();
    }
    try {
      for (Segment segment : segmentsToForce) {
        segment.force();
      }
      claim.write(end.sequence() - 1);
    } catch (IOException e) {
      fail(e);
      throw e;
    }
    forcedEnd = end;
    appending.lock();
    try {
      unforced.removeIf(segment -> segment.number() < end.segment());
    } finally {
      appending.unlock();
    }
  }

  /// For the one publisher thread: waits until something beyond the sequence is appended. Returns
  /// early when the journal was closed or has failed.
  ///
  /// @return whether `appended() > beyond`
  public boolean awaitAppended(long beyond, Duration atMost) {
    long deadline = System.nanoTime() + atMost.toNanos();
    publisher = Thread.currentThread();
    try {
      while (appended <= beyond && failure.get() == null) {
        long left = deadline - System.nanoTime();
        if (left <= 0) {
          break;
        }
        LockSupport.parkNanos(this, left);
      }
    } finally {
      publisher = null;
    }
    return appended > beyond;
  }

  private void wakePublisher() {
    Thread waiting = publisher;
    if (waiting != null) {
      LockSupport.unpark(waiting);
    }
  }

  /// Bytes of the records that are kept, with what full segments have left over.
  public long usedBytes() {
    appending.lock();
    try {
      return segments.bytes() - segments.current().size() + position;
    } finally {
      appending.unlock();
    }
  }

  public long limitBytes() {
    return settings.limit();
  }

  /// Whether a writer waits for room now.
  public boolean blocked() {
    return room.blocked();
  }

  /// How long no writer got room although one waits.
  public Duration blockedFor() {
    return room.blockedFor();
  }

  /// Kafka has everything up to the sequence: with the device's checkpoint this frees segments.
  public void acknowledged(long sequence) {
    acknowledged.accumulateAndGet(sequence, Math::max);
    if (segments.couldFree(sequence + 1)) {
      pressure.acknowledged();
    }
  }

  /// Kafka has nothing behind the sequence, whatever it acknowledged before: what the journal still
  /// has of that is needed again, and kept. For the publisher, before it asks for a [#reader].
  public void lost(long sequence) {
    acknowledged.accumulateAndGet(sequence, Math::min);
  }

  /// Waits until a checkpoint is due for the journal's sake, which lets it free segments. Returns
  /// early when the journal was stopped.
  ///
  /// @return whether it is due
  public boolean awaitPressure(Duration atMost) {
    return pressure.await(atMost);
  }

  /// From where a restart must redo what is appended by now: everything before is on the device,
  /// although perhaps not durably. A checkpoint begins with this, and ends with [#free].
  public Place redoPoint() {
    pressure.reset();
    appending.lock();
    try {
      Place oldest = inFlight.oldest();
      return oldest != null ? oldest : end();
    } finally {
      appending.unlock();
    }
  }

  /// Frees the segments that neither a restart nor Kafka needs.
  ///
  /// @param redo from where on a restart redoes the journal, durably
  /// @return whether there were any
  public boolean free(Place redo) throws IOException {
    try {
      boolean freed =
          segments.free(
              () -> Math.min(redo.sequence(), acknowledged.get() + 1),
              redo.segment(),
              room.blocked());
      appending.lock();
      try {
        room.free(freeBytes());
      } finally {
        appending.unlock();
      }
      return freed;
    } catch (IOException e) {
      fail(e);
      throw e;
    }
  }

  private Place end() {
    return new Place(appended + 1, segments.current().number(), position);
  }

  private long freeBytes() {
    long more = Math.max(0, settings.limit() - segments.bytes()) / settings.segmentBytes();
    return segments.current().size()
        - position
        + more * (settings.segmentBytes() - SegmentHeader.BYTES);
  }

  /// Yields the records from sequence `from` on, as they are forced.
  ///
  /// @param from at most one beyond the last that is appended
  /// @throws SequenceNotRetained when that is gone
  public JournalReader reader(long from) throws IOException {
    if (from < 1 || from > appended + 1) {
      throw new IllegalArgumentException(
          "the journal ends with sequence %d: there is no %d to read".formatted(appended, from));
    }
    return new SegmentedReader(segments, settings.volume(), () -> forcedEnd, from);
  }

  /// Nothing is appended or forced from now on; what waits for room gets an error.
  public void stop(Throwable cause) {
    failure.compareAndSet(null, cause);
    room.close(this::unfit);
    inFlight.stop();
    pressure.stop();
    wakePublisher();
  }

  private void fail(Throwable cause) {
    if (failure.get() == null) {
      stop(cause);
      settings.onFailure().accept(cause);
    }
  }

  private void check() throws IOException {
    if (failure.get() != null) {
      throw unfit();
    }
  }

  private IOException unfit() {
    Throwable cause = failure.get();
    return new IOException(
        "the journal takes nothing more: " + (cause == null ? "" : cause.getMessage()), cause);
  }

  /// Gives the files back, without a force.
  @Override
  public void close() throws IOException {
    forcing.lock();
    appending.lock();
    try (claim;
        segments) {
      stop(new IOException("the journal is closed"));
    } finally {
      appending.unlock();
      forcing.unlock();
    }
  }
}
