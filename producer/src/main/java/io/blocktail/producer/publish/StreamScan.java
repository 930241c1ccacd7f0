package io.blocktail.producer.publish;

import io.blocktail.event.Body;
import io.blocktail.event.Chain;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Framing;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Ownership;
import io.blocktail.event.Plausible;
import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.producer.publish.ChangeTopic.Bounds;
import io.blocktail.producer.publish.ChangeTopic.Stored;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Finds a stream's end: the last event of the unbroken chain of valid events, read as every target
/// reads it. Starts at the position that is known from before, if the very event that was there is
/// still there; else at the topic's beginning. A volume's whole stream may be long, so each step
/// reads a part.
final class StreamScan {
  private static final Logger LOG = Logger.getLogger(StreamScan.class);

  private final String topic;
  private final Ownership ownership;
  private final int epoch;
  private final Bounds bounds;

  /// The event that must be the next one read; null when none was promised, or it was there.
  private @Nullable StreamPosition promised;

  private boolean holeTold;
  private long next;
  private Chain chain = Chain.START;
  private long lastOffset = -1;
  private byte @Nullable [] lastBody;

  StreamScan(
      String topic, Ownership ownership, int epoch, Bounds bounds, Optional<StreamPosition> known) {
    this.topic = topic;
    this.ownership = ownership;
    this.epoch = epoch;
    this.bounds = bounds;
    this.next = bounds.start();
    known.filter(position -> position.sequence() > 0).ifPresent(this::startAt);
  }

  private void startAt(StreamPosition known) {
    if (!known.topicId().equals(bounds.topicId())) {
      LOG.warnf(
          "topic %s was made again: it is %s now and was %s when sequence %d was published; its"
              + " stream is read from the beginning",
          topic, bounds.topicId(), known.topicId(), known.sequence());
    } else if (known.offset() >= bounds.end()) {
      LOG.warnf(
          "topic %s lost its tail: it ends before offset %d, where sequence %d was; its stream is"
              + " read from the beginning",
          topic, known.offset(), known.sequence());
    } else if (known.offset() < bounds.start()) {
      // Old age took the record, so that it cannot be looked at; nothing behind it was lost by
      // that.
      chain = new Chain(epoch, known.sequence());
      lastOffset = known.offset();
    } else {
      promised = known;
      next = known.offset();
    }
  }

  /// Reads a part of what is left.
  ///
  /// @return whether there is more to read
  boolean step(ChangeTopic from) throws TopicUnavailable, UnfitStream {
    if (next >= bounds.end()) {
      return false;
    }
    ChangeTopic.Slice slice = from.read(next);
    for (Stored stored : slice.records()) {
      if (stored.offset() >= bounds.end()) {
        break;
      }
      if (!takePromised(stored)) {
        next = bounds.start();
        return true;
      }
    }
    next = slice.next();
    return next < bounds.end();
  }

  /// False when the record is not the one that was promised: the stream was cut back and grew
  /// again.
  private boolean takePromised(Stored stored) throws UnfitStream {
    StreamPosition expected = promised;
    Event event = decode(stored);
    if (expected == null) {
      if (event != null) {
        take(event, stored);
      }
      return true;
    }
    promised = null;
    if (event == null
        || stored.offset() != expected.offset()
        || event.epoch() != epoch
        || event.sequence() != expected.sequence()) {
      LOG.warnf(
          "topic %s lost a part of its tail: sequence %d is not at offset %d any more; its stream is"
              + " read from the beginning",
          topic, expected.sequence(), expected.offset());
      return false;
    }
    follow(event, stored);
    return true;
  }

  private @Nullable Event decode(Stored stored) {
    byte[] value = stored.value();
    try {
      if (value == null) {
        throw new InvalidEventException("a record without a value");
      }
      return EventCodec.decode(EventCodec.FRAMING.open(ByteBuffer.wrap(value)));
    } catch (InvalidEventException e) {
      passOver(stored, e.getMessage());
      return null;
    }
  }

  private void passOver(Stored stored, @Nullable String why) {
    LOG.warnf("topic %s, offset %d is passed over: %s", topic, stored.offset(), why);
  }

  private void take(Event event, Stored stored) throws UnfitStream {
    checkVolume(event);
    String objection = Plausible.objectionThen(event, ownership.geometry());
    if (objection != null) {
      passOver(stored, "event %d: %s".formatted(event.sequence(), objection));
      return;
    }
    checkEpoch(event);
    switch (chain.judge(event)) {
      case NEXT -> follow(event, stored);
      case HOLE -> {
        // One line: all that was in flight behind a lost record comes here too.
        if (!holeTold) {
          holeTold = true;
          LOG.warnf(
              "topic %s, offset %d: sequence %d follows on %d, but the stream before it ends at %d",
              topic, stored.offset(), event.sequence(), event.previous(), chain.sequence());
        }
      }
      case DUPLICATE, FENCED -> {}
    }
  }

  private void follow(Event event, Stored stored) {
    chain = chain.after(event);
    lastOffset = stored.offset();
    lastBody = stored.value();
  }

  /// An epoch begins with its EPOCH; what else says it is of a higher one is a hole to everybody.
  private void checkEpoch(Event event) throws UnfitStream {
    if (event.epoch() > epoch && event.body() instanceof Body.Epoch) {
      throw new UnfitStream(
          "another producer has taken the volume over: topic %s has an event of epoch %d, and this"
                  .formatted(topic, event.epoch())
              + " producer's is %d; remove the volume here".formatted(epoch));
    }
  }

  private void checkVolume(Event event) throws UnfitStream {
    Ownership other =
        switch (event.body()) {
          case Body.Epoch opened -> opened.ownership();
          case Body.Gap gap -> gap.ownership();
          default -> ownership;
        };
    if (!other.volume().equals(ownership.volume())) {
      throw new UnfitStream(
          "topic %s holds the stream of another volume of this name (%s, this one is %s): delete the"
                  .formatted(topic, other.volume(), ownership.volume())
              + " topic if that volume is gone for good, or give this one another name");
    }
  }

  Bounds bounds() {
    return bounds;
  }

  /// Sequence of the stream's last event, 0 when it has none.
  long sequence() {
    return chain.sequence();
  }

  /// Where that event is; offset -1 and sequence 0 when there is none.
  StreamPosition position() {
    return new StreamPosition(bounds.topicId(), lastOffset, chain.sequence());
  }

  /// That event's bare body; null when there is none, or it is too old to be kept.
  @Nullable ByteBuffer lastBody() {
    byte[] value = lastBody;
    return value == null
        ? null
        : ByteBuffer.wrap(value, Framing.HEADER, value.length - Framing.HEADER);
  }
}
