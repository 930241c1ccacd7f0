package io.blocktail.producer.scan;

import io.blocktail.event.EventCodec;
import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.capture.KnownChunk;
import io.blocktail.producer.capture.Observing;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.producer.publish.Trouble;
import io.blocktail.producer.scrub.DigestPublisher;
import io.blocktail.producer.scrub.Passes;
import io.blocktail.producer.scrub.Verifier;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Scans a volume that somebody else writes, when it is asked to, when it is time, when the file
/// was seen to change, and when targets need it. A scan of all chunks is a verification pass too:
/// each chunk is marked.
///
/// Steppable: a call of [#step] brings at most one chunk into the history; all calls of [#step],
/// [#pause] and [#isOpen] come from one thread at a time, all others from any. The looking is done
/// by workers.
public final class Scanner implements Verifier, AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration IDLE = Duration.ofMillis(250);

  /// How many chunks may have been appended and not been published.
  private static final int AHEAD = 16;

  private record Again(BitSet chunks, long pass) {}

  /// @param due why it runs
  private record Current(Run run, Agenda.Due due, Looks looks) {}

  private final SourceVolume volume;
  private final ObservedDevice device;
  private final ScanFiles files;
  private final ScanSettings settings;
  private final Changes changes;
  private final Executor workers;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Geometry geometry;
  private final Observing observing;
  private final Passes passes;
  private final DigestPublisher digests;
  private final Agenda agenda;
  private final Trouble trouble;

  private final Queue<Again> asked = new ConcurrentLinkedQueue<>();
  private final AtomicLong pullAsked = new AtomicLong();
  private final Semaphore wake = new Semaphore(0);
  private final ArrayDeque<Long> unpublished = new ArrayDeque<>();

  /// Chunks that a target needs and that have news: the next scan sends them whole.
  private final BitSet wanted = new BitSet();

  private @Nullable Current current;

  /// When the next look may begin, by the clock of `nanos`.
  private long notBefore;

  private volatile boolean stopped;

  /// @param digests the topic for the source's digests
  /// @param workers look at chunks
  /// @param clock for people, and for the schedule
  /// @param nanos a monotonic clock, in ns
  public Scanner(
      SourceVolume volume,
      ObservedDevice device,
      ScanFiles files,
      ScanSettings settings,
      Changes changes,
      MessageTopic digests,
      Executor workers,
      Clock clock,
      LongSupplier nanos) {
    this.volume = volume;
    this.device = device;
    this.files = files;
    this.settings = settings;
    this.changes = changes;
    this.workers = workers;
    this.clock = clock;
    this.nanos = nanos;
    this.geometry = volume.ownership().geometry();
    this.observing = volume.device().observe(volume.ownership(), wanted::set);
    this.passes = new Passes(geometry::chunks, volume::nextPass, clock);
    this.digests = new DigestPublisher(volume, digests, passes, nanos);
    this.agenda = new Agenda(files.log(), settings, changes, clock);
    this.notBefore = nanos.getAsLong();
    this.trouble = new Trouble("volume %s: scan".formatted(volume.name()), notBefore);
    if (files.log().isUnfinished()) {
      trouble.begins("the last scan before the producer was started did not come to its end");
    }
  }

  public ScanLog log() {
    return files.log();
  }

  @Override
  public Passes passes() {
    return passes;
  }

  /// Why no scan succeeds now, or digests cannot be told; null when nothing is known to be in the
  /// way.
  @Override
  public @Nullable String trouble() {
    String reason = trouble.reason();
    String untold = digests.trouble();
    if (reason != null || untold == null) {
      return reason;
    }
    return "its digests cannot be told, so nothing can be verified: " + untold;
  }

  /// Whether the targets may have some of a scan that is not finished, or wait for one: nothing may
  /// be sent to one of them alone, since that would make it look finished.
  public boolean isOpen() {
    return volume.hasGaps()
        || !files.log().open().isEmpty()
        || (current != null && current.run().scan().from() != 0);
  }

  /// Asks for a scan of all chunks as they are from now on.
  @Override
  public long requestPass() throws IOException {
    long id = passes.request();
    wake.release();
    return id;
  }

  /// Whether the last scan has failed: what the file holds by now nobody knows.
  public boolean isFailing() {
    return trouble.reason() != null;
  }

  /// Whether the other side can tell what is dirty.
  public boolean pulls() {
    return changes.pulls();
  }

  /// Whether the scan was asked for and has not begun.
  public boolean isWaiting(long id) {
    return pullAsked.get() == id
        || passes
            .find(id)
            .filter(pass -> pass.state() == io.blocktail.producer.scrub.Pass.State.RUNNING)
            .isPresent();
  }

  /// Asks for a scan of what the other side calls dirty; of all chunks where it is known to none.
  ///
  /// @return its id
  public long requestPull() throws IOException {
    long id = pullAsked.get();
    if (id == 0) {
      id = volume.nextPass();
      if (!pullAsked.compareAndSet(0, id)) {
        return requestPull();
      }
    }
    wake.release();
    return id;
  }

  @Override
  public void markAgain(ChunkSet chunks, long pass) {
    asked.add(new Again(chunks.toBitSet(), pass));
    wake.release();
  }

  @Override
  public void grown(int from) {
    throw new AssertionError("what is scanned has one size, or stops the volume");
  }

  @Override
  public boolean step() {
    if (stopped) {
      return false;
    }
    if (volume.state() instanceof SourceState.Stopped(String reason)) {
      stop(reason);
      return false;
    }
    try {
      boolean worked = digests.step();
      files.hashes().settle(volume.journal().forced());
      Current now = current;
      if (volume.pause().isOn()) {
        return worked; // nobody would be told what it finds, and the file will still be there
      }
      if (now == null) {
        return begin() || markAgain() || worked;
      }
      return goOn(now) | worked;
    } catch (JournalSuspended e) {
      return false; // goes on, or begins anew, when the volume's changes are journaled again
    } catch (IOException e) {
      volume.stop(e);
      stop("scanning failed: " + e.getMessage());
      return false;
    }
  }

  private boolean begin() throws IOException {
    boolean needed = volume.hasGaps() || !wanted.isEmpty();
    var situation =
        new Agenda.Situation(passes.isAsked(), pullAsked.get() != 0, needed, changes.pulls());
    Agenda.Due due = agenda.due(situation, nanos.getAsLong());
    if (due == null) {
      return false;
    }
    agenda.began();
    long id = number(due);
    BitSet over;
    try {
      device.renew();
      over = due.all() ? new BitSet() : changes.dirty(geometry);
    } catch (ObservedDevice.SizeChanged e) {
      throw e;
    } catch (IOException e) {
      Scan scan = Scan.begun(id, due.trigger(), due.all(), clock.instant(), 0);
      files.log().begin(scan);
      files.log().fail(scan.failed(clock.instant(), String.valueOf(e.getMessage())));
      failed(id, due, String.valueOf(e.getMessage()));
      return true;
    }
    begin(id, due, over);
    return true;
  }

  /// A pass that somebody waits for, or a number of the same kind.
  private long number(Agenda.Due due) throws IOException {
    OptionalLong pass = due.all() ? passes.beginAsked() : OptionalLong.empty();
    if (pass.isPresent()) {
      return pass.getAsLong();
    }
    long pull = pullAsked.getAndSet(0);
    if (pull != 0) {
      return pull;
    }
    return due.all() ? passes.beginUnasked() : volume.nextPass();
  }

  /// @param over what is dirty; more is added here
  private void begin(long id, Agenda.Due due, BitSet over) throws IOException {
    var whole = (BitSet) wanted.clone();
    volume.takeGaps().forEach(gap -> gap.chunks().indexes().forEach(whole::set));
    over.or(whole);
    over.or(files.log().open().toBitSet());
    if (due.all() || ChunkSet.of(over).runs().size() > EventCodec.MAX_RUNS) {
      over.set(0, geometry.chunks());
    }
    boolean open = !whole.isEmpty() || !files.log().open().isEmpty();
    Scan scan = Scan.begun(id, due.trigger(), due.all(), clock.instant(), over.cardinality());
    var run = new Run(volume, observing, files, scan, over, whole, changes.stamp());
    var looks = new Looks(device, geometry, workers, settings.parallel(), wake::release);
    var now = new Current(run, due, looks);
    current = now;
    wanted.clear();
    if (open) {
      try {
        run.openGap();
      } catch (JournalSuspended e) {
        abandon(now, "the stream lost its end");
      }
    }
  }

  private boolean goOn(Current now) throws IOException {
    if (volume.hasGaps()) {
      abandon(now, "the stream lacks more than was known when it began");
      return true;
    }
    boolean worked = look(now);
    if (now.run().isBrought()) {
      finish(now);
      return true;
    }
    if (!hasRoom()) {
      return worked;
    }
    Seen seen;
    try {
      seen = now.looks().peek();
    } catch (IOException e) {
      abandon(now, String.valueOf(e.getMessage()));
      return true;
    }
    if (seen == null) {
      return worked;
    }
    Marked marked = now.run().bring(seen);
    now.looks().done();
    unpublished.addLast(marked.sequence());
    tell(seen.chunk(), marked, now.run().scan().all() ? now.run().scan().id() : 0);
    return true;
  }

  private boolean look(Current now) {
    boolean worked = false;
    while (!now.looks().isFull() && nanos.getAsLong() - notBefore >= 0) {
      int chunk = now.run().nextUnseen();
      if (chunk < 0) {
        break;
      }
      now.looks().begin(chunk);
      worked = true;
      if (settings.rate().isPresent()) {
        long cost =
            Math.ceilDiv(geometry.chunkLength(chunk) * 1_000_000_000L, settings.rate().getAsLong());
        notBefore = nanos.getAsLong() + cost;
      }
    }
    return worked;
  }

  private boolean hasRoom() {
    long published = volume.published().map(StreamPosition::sequence).orElse(0L);
    while (!unpublished.isEmpty() && unpublished.getFirst() <= published) {
      unpublished.removeFirst();
    }
    return unpublished.size() < AHEAD && !volume.journal().blocked() && !digests.isFull();
  }

  private void finish(Current now) throws IOException {
    String before = now.run().stamp();
    String after = changes.stamp();
    String source = now.due().all() ? settings.source() : files.log().source();
    now.run().finish(!Objects.equals(before, after), clock.instant(), source);
    boolean _ = volume.checkpoint(); // so that what was sent is not taken for lacking any more
    current = null;
    agenda.succeeded();
    trouble.isOver(nanos.getAsLong());
  }

  private void abandon(Current now, String reason) throws IOException {
    now.looks().drop();
    now.run().fail(reason, clock.instant());
    wanted.or(now.run().wanted());
    current = null;
    failed(now.run().scan().id(), now.due(), reason);
  }

  private void failed(long id, Agenda.Due due, String reason) {
    passes.abandon(id, reason);
    trouble.begins("scan %d failed: %s".formatted(id, reason));
    agenda.failed(due, nanos.getAsLong());
  }

  /// A chunk that was sent again is marked once more, if it still is what was sent.
  private boolean markAgain() throws IOException {
    Again first = asked.peek();
    if (first == null || isOpen() || !hasRoom()) {
      return false;
    }
    int chunk = first.chunks().nextSetBit(0);
    if (chunk < 0) {
      asked.remove();
      return true;
    }
    first.chunks().clear(chunk);
    try {
      mark(chunk, first.pass());
    } catch (JournalSuspended e) {
      throw e;
    } catch (IOException e) {
      if (volume.state() instanceof SourceState.Stopped) {
        throw e;
      }
      wanted.set(chunk); // the scan that follows says what is wrong
    }
    return true;
  }

  private void mark(int chunk, long pass) throws IOException {
    Seen seen = Seen.look(device, geometry, chunk, new byte[geometry.chunkSize()]);
    KnownChunk known = observing.known(chunk);
    Optional<Marked> marked =
        seen.digest().equals(known.digest())
            ? observing.bring(chunk, known, List.of(), seen.digest(), "verification " + pass)
            : Optional.empty();
    if (marked.isPresent()) {
      tell(chunk, marked.get(), pass);
    } else {
      wanted.set(chunk);
    }
  }

  private void tell(int chunk, Marked marked, long pass) {
    long at = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
    digests.add(
        new DigestPublisher.Pending(
            marked.sequence(), chunk, marked.digest(), marked.lastChange(), pass, at));
  }

  @Override
  public void pause() {
    Duration atMost = current != null || !digests.isEmpty() ? POLL : IDLE;
    try {
      boolean _ = wake.tryAcquire(atMost.toNanos(), TimeUnit.NANOSECONDS);
      int _ = wake.drainPermits();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread: it may be inside a file", e);
    }
  }

  @Override
  public void stop(String reason) {
    stopped = true;
    passes.close(reason);
  }

  /// After the last [#step].
  @Override
  public void close() throws IOException {
    Current now = current;
    try (files;
        changes) {
      if (now != null) {
        now.looks().drop();
        now.run().fail("the producer was stopped", clock.instant());
      }
    }
  }
}
