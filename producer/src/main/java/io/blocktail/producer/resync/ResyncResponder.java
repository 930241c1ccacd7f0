package io.blocktail.producer.resync;

import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.producer.capture.OwnGap;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.producer.journal.JournalSuspended;
import io.blocktail.producer.publish.TopicUnavailable;
import io.blocktail.producer.publish.Trouble;
import io.blocktail.producer.resync.ResyncRequests.Received;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends a volume's present content again to those who ask, one request after the other. A request
/// is done when Kafka has acknowledged the end of its gap; what was not done before a restart is
/// done again, in a new gap. Also fills the gap that a volume with content starts with.
///
/// Steppable: a call of [#step] sends at most one chunk; all calls come from one thread at a time.
public final class ResyncResponder implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ResyncResponder.class);
  private static final Duration BUSY = Duration.ofMillis(5);
  private static final Duration IDLE = Duration.ofMillis(100);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int LONGEST_QUEUE = 1000;

  /// Has chunks marked again for a scrub pass.
  @FunctionalInterface
  public interface Remarking {
    void markAgain(ChunkSet chunks, long pass);
  }

  private sealed interface State {
    record Idle() implements State {}

    /// @param later the parts that come after this one
    record Filling(Answer answer, OpenGap gap, ArrayDeque<Part> later) implements State {}

    /// @param whole sequence of the last gap's end
    record Closing(Answer answer, long whole) implements State {}

    record Stopped() implements State {}
  }

  /// Chunks that fit into one gap.
  ///
  /// @param gap its name; 0 as long as it is not open
  private record Part(ChunkSet chunks, long gap) {}

  /// What is being answered.
  ///
  /// @param request null for gaps that the volume has opened by itself
  private record Answer(
      @Nullable Wanted request, String origin, @Nullable TargetName target, BitSet sent) {}

  private final SourceVolume volume;
  private final ResyncRequests requests;
  private final Remarking remarking;
  private final boolean fillsOwnGaps;
  private final OptionalLong rate;
  private final LongSupplier nanos;
  private final Messages<ResyncRequest> messages = new Messages<>(ResyncRequest.class);
  private final ArrayDeque<Wanted> queue = new ArrayDeque<>();

  private State state = new State.Idle();

  /// Offset of the last request that was answered or needs no answer, and was not committed yet; -1
  /// for none.
  private long uncommitted = -1;

  /// When the next chunk may be sent, or Kafka be asked again, by the clock of `nanos`.
  private long notBefore;

  private final Trouble trouble;

  /// @param rate in bytes a second; as fast as Kafka takes it if empty
  /// @param nanos a monotonic clock, in ns
  public ResyncResponder(
      SourceVolume volume,
      ResyncRequests requests,
      Remarking remarking,
      OptionalLong rate,
      LongSupplier nanos) {
    this(volume, requests, remarking, true, rate, nanos);
  }

  /// @param fillsOwnGaps whether what the volume has opened by itself is filled here
  public ResyncResponder(
      SourceVolume volume,
      ResyncRequests requests,
      Remarking remarking,
      boolean fillsOwnGaps,
      OptionalLong rate,
      LongSupplier nanos) {
    this.volume = volume;
    this.requests = requests;
    this.remarking = remarking;
    this.fillsOwnGaps = fillsOwnGaps;
    this.rate = rate;
    this.nanos = nanos;
    this.notBefore = nanos.getAsLong();
    this.trouble = new Trouble("volume %s: resync requests".formatted(volume.name()), notBefore);
  }

  /// Does a piece of work.
  ///
  /// @return whether there was any; if not, [#pause] before the next call
  public boolean step() {
    if (volume.state() instanceof SourceState.Stopped) {
      state = new State.Stopped();
    }
    if (nanos.getAsLong() - notBefore < 0) {
      return false;
    }
    if (hasOwnGaps() && isFillingOwn()) {
      state = new State.Idle(); // what was opened since takes their place
    }
    try {
      boolean worked =
          switch (state) {
            case State.Idle() -> begin();
            case State.Filling filling -> fill(filling);
            case State.Closing closing -> finish(closing);
            case State.Stopped() -> false;
          };
      trouble.isOver(nanos.getAsLong());
      return worked;
    } catch (JournalSuspended e) {
      return false; // goes on where it is when the volume's changes are journaled again
    } catch (TopicUnavailable e) {
      trouble.begins(String.valueOf(e.getMessage()));
      notBefore = nanos.getAsLong() + RETRY.toNanos();
      return false;
    } catch (IOException e) {
      volume.stop(e);
      state = new State.Stopped();
      return false;
    }
  }

  /// Why requests cannot be read now; null when nothing is known to be in the way. From any thread.
  public @Nullable String trouble() {
    return trouble.reason();
  }

  /// Whether it waits for requests.
  public boolean isIdle() {
    return state instanceof State.Idle && queue.isEmpty() && !hasOwnGaps();
  }

  private boolean hasOwnGaps() {
    return fillsOwnGaps && volume.hasGaps();
  }

  private boolean isFillingOwn() {
    return switch (state) {
      case State.Filling filling -> filling.answer().request() == null;
      case State.Closing closing -> closing.answer().request() == null;
      case State.Idle(), State.Stopped() -> false;
    };
  }

  private boolean begin() throws IOException {
    if (hasOwnGaps()) {
      beginOwn(volume.takeGaps());
      return true;
    }
    commit();
    boolean arrived = receive();
    Wanted next = next();
    if (next == null) {
      return arrived;
    }
    LOG.infof(
        "volume %s: %s: %d chunks are sent again to %s",
        volume.name(),
        next.origin(),
        next.chunks().count(),
        next.target() == null ? "all targets" : next.target());
    try {
      begin(new Answer(next, next.origin(), next.target(), new BitSet()), next.chunks());
    } catch (JournalSuspended e) {
      queue.addFirst(next);
      throw e;
    }
    return true;
  }

  private void beginOwn(List<OwnGap> gaps) throws IOException {
    String origin = gaps.getFirst().origin();
    var parts = new ArrayDeque<Part>();
    gaps.forEach(gap -> parts.add(new Part(gap.chunks(), gap.name())));
    open(new Answer(null, origin, null, new BitSet()), parts);
  }

  private void begin(Answer answer, ChunkSet chunks) throws IOException {
    var parts = new ArrayDeque<Part>();
    List<ChunkSet.Run> runs = chunks.runs();
    if (runs.isEmpty()) {
      parts.add(new Part(chunks, 0));
    }
    for (int i = 0; i < runs.size(); i += EventCodec.MAX_RUNS) {
      List<ChunkSet.Run> some = runs.subList(i, Math.min(runs.size(), i + EventCodec.MAX_RUNS));
      parts.add(new Part(new ChunkSet(some), 0));
    }
    open(answer, parts);
  }

  private void open(Answer answer, ArrayDeque<Part> parts) throws IOException {
    Part first = parts.getFirst();
    OpenGap gap =
        first.gap() != 0
            ? new OpenGap(volume, first.gap(), answer.target(), first.chunks(), answer.origin())
            : OpenGap.open(volume, answer.target(), first.chunks(), answer.origin());
    parts.removeFirst();
    state = new State.Filling(answer, gap, parts);
  }

  private boolean fill(State.Filling filling) throws IOException {
    OpenGap gap = filling.gap();
    if (!gap.isFilled()) {
      if (!gap.hasRoom(published())) {
        return false;
      }
      int bytes = gap.sendNext();
      if (rate.isPresent()) {
        notBefore = nanos.getAsLong() + Math.ceilDiv(bytes * 1_000_000_000L, rate.getAsLong());
      }
      return true;
    }
    long whole = gap.close();
    filling.answer().sent().or(gap.sent());
    if (filling.later().isEmpty()) {
      state = new State.Closing(filling.answer(), whole);
    } else {
      open(filling.answer(), filling.later());
    }
    return true;
  }

  private long published() {
    return volume.published().map(StreamPosition::sequence).orElse(0L);
  }

  private boolean finish(State.Closing closing) throws IOException {
    if (published() < closing.whole()) {
      return false;
    }
    Wanted request = closing.answer().request();
    if (request != null) {
      if (request.pass() != 0 && !closing.answer().sent().isEmpty()) {
        remarking.markAgain(ChunkSet.of(closing.answer().sent()), request.pass());
      }
      uncommitted = request.offset();
      LOG.infof("volume %s: %s is answered", volume.name(), request.origin());
    }
    state = new State.Idle();
    return true;
  }

  private void commit() throws TopicUnavailable {
    if (uncommitted >= 0) {
      requests.commit(uncommitted);
      uncommitted = -1;
    }
  }

  /// Takes what has arrived into the queue. Where that is empty, what needs no answer is committed.
  private boolean receive() throws TopicUnavailable {
    if (queue.size() >= LONGEST_QUEUE) {
      return false;
    }
    List<Received> received = requests.poll();
    for (Received request : received) {
      Wanted wanted = judge(request);
      if (wanted != null) {
        queue.addLast(wanted);
      }
    }
    if (queue.isEmpty() && !received.isEmpty()) {
      uncommitted = received.getLast().offset();
    }
    return !received.isEmpty();
  }

  private @Nullable Wanted judge(Received received) {
    try {
      byte[] value = received.value();
      if (value == null) {
        throw new InvalidEventException("a record without a value");
      }
      ResyncRequest request = messages.decode(value);
      String id = request.getVolumeId();
      if (!request.getVolume().equals(volume.name().value())
          || (id != null && !id.equals(volume.ownership().volume().toString()))) {
        return null;
      }
      return Wanted.of(received.offset(), request, volume.ownership().geometry());
    } catch (InvalidEventException | IllegalArgumentException e) {
      LOG.errorf(
          "volume %s: the resync request at offset %d is refused: %s",
          volume.name(), received.offset(), e.getMessage());
      return null;
    }
  }

  /// The first request that no later one covers; null when there is none.
  private @Nullable Wanted next() {
    for (Wanted first = queue.poll(); first != null; first = queue.poll()) {
      Wanted candidate = first;
      if (queue.stream().noneMatch(later -> later.covers(candidate))) {
        return first;
      }
    }
    return null;
  }

  /// Waits until there may be something to do.
  public void pause() {
    Duration atMost = state instanceof State.Idle ? IDLE : BUSY;
    LockSupport.parkNanos(atMost.toNanos());
  }

  @Override
  public void close() {
    requests.close();
  }
}
