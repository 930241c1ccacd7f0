package io.blocktail.producer.scrub;

import io.blocktail.producer.capture.CapturingDevice.Marked;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Marks a volume's chunks, always: first those that are to be marked again, then passes that
/// somebody asked for, at full speed, then the pass in the background, spread evenly over its
/// period.
///
/// Steppable: a call of [#step] marks at most one chunk; all calls of [#step] and [#pause] come
/// from one thread at a time, all others from any.
public final class Scrubber implements Verifier {
  private static final Logger LOG = Logger.getLogger(Scrubber.class);
  private static final Duration POLL = Duration.ofMillis(5);
  private static final Duration IDLE = Duration.ofMillis(500);

  private record Again(BitSet chunks, long pass) {}

  private final SourceVolume volume;
  private final Clock clock;
  private final LongSupplier nanos;
  private final Duration period;
  private final Passes passes;
  private final ChunkMarker marker;
  private final DigestPublisher digests;

  private final Queue<Again> asked = new ConcurrentLinkedQueue<>();
  private final ArrayDeque<Again> again = new ArrayDeque<>();
  private final Semaphore wake = new Semaphore(0);

  /// When the background's next chunk is due, by the clock of `nanos`.
  private long due;

  private volatile boolean stopped;

  /// @param digests the topic for the source's digests
  /// @param period of a pass in the background
  /// @param clock for people
  /// @param nanos a monotonic clock, in ns
  public Scrubber(
      SourceVolume volume, MessageTopic digests, Duration period, Clock clock, LongSupplier nanos) {
    this.volume = volume;
    this.clock = clock;
    this.nanos = nanos;
    this.period = period;
    this.passes = new Passes(this::chunks, volume::nextPass, clock);
    this.marker = new ChunkMarker(volume);
    this.digests = new DigestPublisher(volume, digests, passes, nanos);
    this.due = nanos.getAsLong() + interval();
  }

  /// More when the volume grows.
  private int chunks() {
    return volume.ownership().geometry().chunks();
  }

  private long interval() {
    return period.toNanos() / chunks();
  }

  @Override
  public Passes passes() {
    return passes;
  }

  @Override
  public @Nullable String trouble() {
    return digests.trouble();
  }

  @Override
  public long requestPass() throws IOException {
    long id = passes.request();
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
    ChunkSet more = new ChunkSet(List.of(new ChunkSet.Run(from, chunks() - from)));
    passes.lastFinished().ifPresent(pass -> markAgain(more, pass));
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
    boolean worked = digests.step();
    if (volume.pause().isOn() // nobody would be told what it finds
        || volume.journal().blocked()
        || volume.state() instanceof SourceState.Overflow
        || digests.isFull()) {
      return worked;
    }
    try {
      return markNext() | worked;
    } catch (IOException e) {
      volume.stop(e);
      stop("scrubbing failed: " + e.getMessage());
      return false;
    }
  }

  @Override
  public void stop(String reason) {
    stopped = true;
    passes.close(reason);
  }

  private boolean markNext() throws IOException {
    for (Again more = asked.poll(); more != null; more = asked.poll()) {
      again.addLast(more);
    }
    Again first = again.peekFirst();
    if (first != null) {
      int chunk = first.chunks().nextSetBit(0);
      if (chunk < 0) {
        again.removeFirst();
      } else {
        first.chunks().clear(chunk);
        mark(chunk, first.pass());
      }
      return true;
    }
    Walk walk = passes.current();
    long now = nanos.getAsLong();
    if (!walk.onDemand()) {
      if (now - due < 0) {
        return false;
      }
      due = Math.max(due + interval(), now);
    }
    mark(passes.next(walk), walk.id());
    return true;
  }

  /// A chunk that cannot be read is said to be unmarked; the volume's clients find out themselves.
  private void mark(int chunk, long pass) {
    ChunkMarker.Outcome outcome;
    try {
      outcome = marker.mark(chunk, "scrub pass " + pass);
    } catch (JournalSuspended e) {
      again.addFirst(new Again(ChunkSet.of(chunk).toBitSet(), pass));
      return;
    } catch (IOException e) {
      LOG.errorf("volume %s: chunk %d was not marked: %s", volume.name(), chunk, e.getMessage());
      passes.failed(pass, chunk, "chunk %d was not marked: %s".formatted(chunk, e.getMessage()));
      return;
    }
    Marked marked = outcome.marked();
    if (outcome.rotted()) {
      LOG.errorf(
          "volume %s: chunk %d has rotted: it changed since sequence %d although nobody wrote to it",
          volume.name(), chunk, marked.lastChange());
    }
    digests.add(
        new DigestPublisher.Pending(
            marked.sequence(),
            chunk,
            outcome.rotted() ? null : marked.digest(),
            marked.lastChange(),
            pass,
            ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant())));
  }

  @Override
  public void pause() {
    long untilDue = Math.clamp(due - nanos.getAsLong(), POLL.toNanos(), IDLE.toNanos());
    long atMost = digests.isEmpty() ? untilDue : POLL.toNanos();
    try {
      if (wake.tryAcquire(atMost, TimeUnit.NANOSECONDS)) {
        wake.drainPermits();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a scrubber: its thread may be inside a file", e);
    }
  }
}
