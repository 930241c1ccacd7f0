package io.blocktail.producer.publish;

import io.blocktail.event.EventCodec;
import io.blocktail.event.Framing;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.journal.JournalReader;
import io.blocktail.producer.journal.JournalRecord;
import io.blocktail.producer.journal.SequenceNotRetained;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Sends a volume's events from its journal to its topic: in order, without a hole, and only what
/// is forced. It trusts what Kafka acknowledges as long as each offset is the previous one plus
/// one; otherwise, after any error, and at start, it reads the stream's end and goes on behind it.
///
/// Steppable: a call of [#step] does one bounded piece of work; all calls come from one thread at a
/// time. What it cannot put right stops the volume.
public final class Publisher implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Publisher.class);

  /// Sent by one step, at most, in bytes.
  private static final int STEP_BYTES = 1 << 20;

  /// How often a publisher that is idle, or hears nothing, looks whether the topic still is as it
  /// left it.
  private static final Duration PROBE = Duration.ofSeconds(10);

  private static final Duration FIRST_RETRY = Duration.ofMillis(200);
  private static final Duration LAST_RETRY = Duration.ofSeconds(5);
  private static final Duration IDLE = Duration.ofMillis(200);

  private sealed interface State {
    /// Nothing is known about the topic.
    ///
    /// @param notBefore when to ask, by the clock of `nanos`
    record Lost(long notBefore) implements State {}

    record Scanning(StreamScan scan) implements State {}

    record Sending(String topicId, JournalReader reader, SendWindow window) implements State {}

    record Stopped() implements State {}
  }

  private final SourceVolume volume;
  private final Journal journal;
  private final ChangeTopic topic;
  private final String topicName;
  private final Duration interval;
  private final Pace pace;
  private final LongSupplier nanos;

  private State state;

  /// When to look at the idle topic, by the clock of `nanos`.
  private long nextProbe;

  private Duration retry = FIRST_RETRY;

  private final Trouble trouble;

  /// @param topicName for messages
  /// @param interval how long to wait after a force of the journal before the next one, and after
  ///   all was sent before more is
  /// @param nanos a monotonic clock, in ns
  public Publisher(
      SourceVolume volume,
      ChangeTopic topic,
      String topicName,
      Duration interval,
      LongSupplier nanos) {
    this.volume = volume;
    this.journal = volume.journal();
    this.topic = topic;
    this.topicName = topicName;
    this.interval = interval;
    this.pace = new Pace(interval.toNanos(), nanos);
    this.nanos = nanos;
    long now = nanos.getAsLong();
    this.trouble = new Trouble("volume %s: topic %s".formatted(volume.name(), topicName), now);
    this.state = new State.Lost(now);
  }

  /// Does a piece of work.
  ///
  /// @return whether there was any; if not, [#pause] before the next call
  public boolean step() {
    try {
      return switch (state) {
        case State.Lost lost -> forceIfDue() | look(lost);
        case State.Scanning scanning -> forceIfDue() | scan(scanning);
        case State.Sending sending -> forceIfDue() | send(sending);
        case State.Stopped() -> false;
      };
    } catch (TopicUnavailable e) {
      waitForKafka(e);
      return false;
    } catch (UnfitStream e) {
      stop(e.getMessage());
      return false;
    } catch (SequenceNotRetained e) {
      lookAgain(String.valueOf(e.getMessage()));
      return true;
    } catch (IOException e) {
      volume.stop(e);
      stop(null);
      return false;
    }
  }

  private void stop(@Nullable String reason) {
    if (reason != null) {
      volume.stop(reason);
    }
    leave();
    state = new State.Stopped();
  }

  /// Why nothing can be published now; null when nothing is known to be in the way. From any
  /// thread.
  public @Nullable String trouble() {
    return trouble.reason();
  }

  /// Whether it has given up, and with it the volume.
  public boolean isStopped() {
    return state instanceof State.Stopped;
  }

  /// Whether all that was captured is in the topic, or, while publishing is paused, all that was
  /// sent.
  public boolean isDrained() {
    if (volume.pause().isOn()) {
      return !(state instanceof State.Sending sending) || sending.window().isEmpty();
    }
    return state instanceof State.Sending sending
        && sending.window().isEmpty()
        && sending.window().sequence() == journal.appended();
  }

  private void waitForKafka(TopicUnavailable e) {
    trouble.begins(String.valueOf(e.getMessage()));
    leave();
    lookLater();
  }

  private void lookLater() {
    state = new State.Lost(nanos.getAsLong() + retry.toNanos());
    Duration twice = retry.multipliedBy(2);
    retry = twice.compareTo(LAST_RETRY) < 0 ? twice : LAST_RETRY;
  }

  private void leave() {
    if (state instanceof State.Sending sending) {
      topic.reset();
      sending.reader().close();
    }
  }

  /// Published implies forced: what was appended is forced here if no client has asked for it.
  /// While publishing is paused that is nobody's need.
  private boolean forceIfDue() throws IOException {
    if (volume.pause().isOn()) {
      return false;
    }
    long appended = journal.appended();
    if (appended <= journal.forced() || !pace.mayForce(journal.forced())) {
      return false;
    }
    journal.force(appended);
    pace.forced(journal.forced());
    return true;
  }

  private boolean look(State.Lost lost) throws TopicUnavailable, UnfitStream {
    if (nanos.getAsLong() - lost.notBefore() < 0) {
      return false;
    }
    ChangeTopic.Bounds bounds = topic.bounds();
    state =
        new State.Scanning(
            new StreamScan(
                topicName, volume.ownership(), volume.epoch(), bounds, volume.published()));
    return true;
  }

  private boolean scan(State.Scanning scanning) throws IOException {
    StreamScan scan = scanning.scan();
    if (scan.step(topic)) {
      return true;
    }
    JournalReader reader = JournalJoin.openBehind(scan, volume, topicName);
    published(scan.position());
    if (scan.sequence() == journal.appended()) {
      trouble.isOver(nanos.getAsLong()); // else when Kafka has acknowledged something
    }
    ChangeTopic.Bounds bounds = scan.bounds();
    state =
        new State.Sending(
            bounds.topicId(),
            reader,
            new SendWindow(bounds.topicId(), scan.sequence(), bounds.end()));
    probeLater();
    return true;
  }

  private void probeLater() {
    nextProbe = nanos.getAsLong() + PROBE.toNanos();
  }

  private void published(StreamPosition position) {
    journal.acknowledged(position.sequence());
    volume.published(position);
  }

  private boolean send(State.Sending sending) throws IOException {
    boolean worked = settle(sending);
    if (state != sending) {
      return true;
    }
    trouble.noticeSilence(!sending.window().isEmpty(), nanos.getAsLong());
    int bytes = 0;
    while (!volume.pause().isOn()
        && pace.maySend()
        && bytes < STEP_BYTES
        && sending.window().hasRoom()) {
      JournalRecord record = sending.reader().next();
      if (record == null) {
        if (bytes > 0) {
          pace.sent();
        }
        break;
      }
      byte[] framed = framed(record.body());
      sending.window().add(record.sequence(), framed.length);
      topic.send(framed);
      bytes += framed.length;
    }
    if (bytes > 0 || worked) {
      probeLater();
      return true;
    }
    return probe(sending);
  }

  private static byte[] framed(ByteBuffer body) {
    var framed = ByteBuffer.allocate(Framing.HEADER + body.remaining());
    EventCodec.FRAMING.write(framed);
    framed.put(body.duplicate());
    return framed.array();
  }

  /// Takes what Kafka has said since.
  private boolean settle(State.Sending sending) {
    SendWindow window = sending.window();
    boolean any = false;
    String doubt = null;
    ChangeTopic.Completion completion;
    while (doubt == null && (completion = topic.poll()) != null) {
      doubt = window.settle(completion);
      any = true;
    }
    window.takeAcknowledged().ifPresent(this::acknowledged);
    if (doubt != null) {
      lookAgain(doubt);
    }
    return any;
  }

  private void acknowledged(StreamPosition position) {
    retry = FIRST_RETRY;
    trouble.isOver(nanos.getAsLong());
    published(position);
  }

  private void lookAgain(String doubt) {
    trouble.begins(doubt + "; the stream's end is looked for");
    leave();
    lookLater();
  }

  /// A topic that was made again, or lost its tail, while there was nothing to send; or one that
  /// cannot take what is sent any more, of which Kafka's client may say nothing for ever: batches
  /// that a topic's new limit refuses are sent again and again.
  private boolean probe(State.Sending sending) throws UnfitStream {
    long now = nanos.getAsLong();
    if (now - nextProbe < 0) {
      return false;
    }
    boolean idle = sending.window().isEmpty();
    probeLater();
    ChangeTopic.Bounds bounds;
    try {
      bounds = topic.bounds();
    } catch (TopicUnavailable e) {
      LOG.debugf("volume %s: topic %s: %s", volume.name(), topicName, e.getMessage());
      return false; // what is sent, now or next, will be told of it
    }
    if (!bounds.topicId().equals(sending.topicId())) {
      lookAgain("it was made again");
    } else if (idle && bounds.end() != sending.window().expectedOffset()) {
      lookAgain(
          "it ends at offset %d instead of %d"
              .formatted(bounds.end(), sending.window().expectedOffset()));
    }
    return true;
  }

  /// Waits until there is, or may be, something to do.
  public void pause() {
    if (volume.pause().isOn()) {
      boolean underWay = state instanceof State.Sending sending && !sending.window().isEmpty();
      LockSupport.parkNanos(underWay ? interval.toNanos() : IDLE.toNanos());
      return;
    }
    if (!(state instanceof State.Sending sending)) {
      LockSupport.parkNanos(
          journal.appended() > journal.forced() ? pace.pause(false) : IDLE.toNanos());
      return;
    }
    long sent = sending.window().last();
    if (!sending.window().hasRoom()) {
      LockSupport.parkNanos(interval.toNanos() / 4);
    } else if (journal.appended() > sent) {
      LockSupport.parkNanos(pace.pause(journal.forced() > sent));
    } else {
      boolean _ = journal.awaitAppended(sent, sending.window().isEmpty() ? IDLE : interval);
    }
  }

  /// Closes the topic. What was not sent stays in the journal.
  @Override
  public void close() {
    leave();
    state = new State.Stopped();
    topic.close();
  }
}
