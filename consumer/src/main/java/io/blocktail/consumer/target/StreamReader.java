package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamCutException;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.consumer.intake.StreamUnavailableException;
import io.blocktail.consumer.intake.UnreadableRecordException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Reads a target's stream ahead of its applier: what waits to be applied, where to go on when the
/// place is lost, and what is known of how the stream lies. What of the stream is missing halts the
/// applier at once; the target looks after every call. For the target's thread, except for [#watch]
/// by its checkpoint thread and [#applyingSince] by anybody.
final class StreamReader {
  private static final Logger LOG = Logger.getLogger(StreamReader.class);

  private final String label;
  private final ChangeStream stream;
  private final InstantSource clock;
  private final Lag lag = new Lag();

  /// What has been read and not been applied.
  private final ArrayDeque<StreamRecord> waiting = new ArrayDeque<>();

  /// Whether the place in the stream is lost, and where to go on is not known yet.
  private boolean astray;

  /// Why the target's thread cannot read the stream; null when it can.
  private @Nullable String unread;

  /// Why the checkpoint thread cannot see how the stream lies; null when it can.
  private volatile @Nullable String unseen;

  /// How the checkpoint thread last saw the stream.
  private volatile @Nullable StreamBounds seen;

  /// Since when the record that waits first is being applied; null while none is.
  private volatile @Nullable Instant applyingSince;

  /// @param label names the target in the log
  StreamReader(String label, ChangeStream stream, InstantSource clock) {
    this.label = label;
    this.stream = stream;
    this.clock = clock;
  }

  /// The target's files were opened: reads from there on.
  void open(StreamPosition from, StreamBounds bounds) {
    stream.seek(from);
    astray = false;
    seen = bounds;
    unread = null;
    unseen = null;
    lag.restart(bounds);
  }

  /// Reads, when nothing waits any more, or finds out where to go on.
  ///
  /// @param patience how long to wait when there is nothing to read
  /// @return whether there was something to do, or still is
  boolean read(Applier applier, Duration patience) throws StreamUnavailableException {
    if (!waiting.isEmpty()) {
      return true;
    }
    if (astray) {
      goOn(applier, stream.bounds());
      return true;
    }
    try {
      ChangeStream.Batch batch = stream.poll(patience);
      unread = null;
      waiting.addAll(batch.records());
      lag.known(batch.end());
      return !batch.records().isEmpty();
    } catch (StreamCutException e) {
      astray(applier, String.valueOf(e.getMessage()));
      goOn(applier, stream.bounds());
      return true;
    } catch (UnreadableRecordException e) {
      passOver(applier, e);
      return true;
    }
  }

  /// Nobody can say what the record was, so it counts as lost.
  private void passOver(Applier applier, UnreadableRecordException e) {
    applier.halt(
        "the record at offset %d is damaged where the broker keeps it: %s"
            .formatted(e.offset(), e.getMessage()));
    applier.goOnFrom(new StreamPosition(applier.next().topicId(), e.offset() + 1, -1));
    stream.seek(applier.next());
  }

  /// Records of the stream that were to be read are gone. Halts at once: the broker may not tell
  /// yet where to go on.
  private void astray(Applier applier, String reason) {
    astray = true;
    drop();
    applier.halt(reason);
  }

  /// Reads on from the place that is nearest to the lost one.
  private void goOn(Applier applier, StreamBounds bounds) {
    boolean same = applier.next().topicId().equals(bounds.topicId());
    long offset =
        same
            ? Math.clamp(applier.next().offset(), bounds.beginning(), bounds.end())
            : bounds.beginning();
    seen = bounds;
    lag.restart(bounds);
    applier.goOnFrom(new StreamPosition(bounds.topicId(), offset, -1));
    stream.seek(applier.next());
    astray = false;
  }

  /// A stream whose leader was elected anew may lack records that are on their way to us: what was
  /// read and not applied is dropped and read again, from a place that the broker checks.
  ///
  /// @return whether that was so
  boolean compareWithSeen(Applier applier) throws StreamUnavailableException {
    StreamBounds seen = this.seen;
    if (seen == null) {
      return false;
    }
    lag.seen(seen);
    if (!seen.topicId().equals(applier.next().topicId())) {
      StreamBounds now = stream.bounds();
      if (!now.topicId().equals(applier.next().topicId())) {
        astray(
            applier,
            "the stream's topic was made anew while it was read: its id is %s, was %s"
                .formatted(now.topicId(), applier.next().topicId()));
        goOn(applier, now);
      }
      return false;
    }
    if (seen.leaderEpoch() <= applier.leaderEpoch()) {
      return false;
    }
    drop();
    stream.seek(applier.next());
    applier.leaderEpoch(seen.leaderEpoch());
    return true;
  }

  /// The record that waits first: from now on it is being applied. Null when none waits.
  @Nullable StreamRecord first() {
    StreamRecord first = waiting.peekFirst();
    if (first != null && applyingSince == null) {
      applyingSince = clock.instant();
    }
    return first;
  }

  /// The record that waited first is applied.
  void applied() {
    lag.applied(waiting.removeFirst());
    applyingSince = null;
  }

  /// Any thread.
  @Nullable Instant applyingSince() {
    return applyingSince;
  }

  /// Forgets what has been read and not been applied.
  void drop() {
    waiting.clear();
    applyingSince = null;
  }

  Lag lag() {
    return lag;
  }

  /// Looks how the stream lies. The checkpoint thread.
  void watch() {
    try {
      seen = stream.bounds();
      unseen = null;
    } catch (StreamUnavailableException e) {
      unseen = away(unseen, e);
    }
  }

  /// The target's thread could not read the stream, or learn how it lies.
  void unavailable(StreamUnavailableException e) {
    unread = away(unread, e);
  }

  private String away(@Nullable String before, StreamUnavailableException e) {
    String reason = "the stream cannot be read: " + e.getMessage();
    if (before == null) {
      LOG.warnf("%s: %s", label, reason);
    }
    return reason;
  }

  /// Why nobody knows what the stream holds; null when that is known.
  @Nullable String away() {
    return unread == null ? unseen : unread;
  }
}
