package io.blocktail.producer.publish;

import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.producer.publish.ChangeTopic.Completion;
import java.util.ArrayDeque;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What was sent and is not acknowledged yet: bounded in bytes, and each acknowledgement is held
/// against the offset that it must have.
final class SendWindow {
  /// In bytes. Kafka's client holds as much again, so this is what bounds the heap while Kafka is
  /// away.
  static final int LIMIT = 16 << 20;

  private record Sent(long sequence, int bytes) {}

  private final String topicId;
  private final ArrayDeque<Sent> sent = new ArrayDeque<>();
  private long expectedOffset;
  private int bytes;
  private long sequence;
  private @Nullable StreamPosition acknowledged;

  /// @param sequence of the last event that the stream has
  /// @param expectedOffset what the next record to be sent gets when nobody else writes
  SendWindow(String topicId, long sequence, long expectedOffset) {
    this.topicId = topicId;
    this.sequence = sequence;
    this.expectedOffset = expectedOffset;
  }

  boolean hasRoom() {
    return bytes < LIMIT;
  }

  boolean isEmpty() {
    return sent.isEmpty();
  }

  /// Sequence of the last event that the stream is known to have.
  long sequence() {
    return sequence;
  }

  /// Sequence of the last event that was sent, or that the stream had before.
  long last() {
    Sent last = sent.peekLast();
    return last == null ? sequence : last.sequence();
  }

  /// Offset behind the last acknowledged record.
  long expectedOffset() {
    return expectedOffset;
  }

  void add(long sequence, int size) {
    sent.addLast(new Sent(sequence, size));
    bytes += size;
  }

  /// Takes what became of the oldest.
  ///
  /// @return why nothing more may be sent before the stream was looked at again; null when all is
  ///   well
  @Nullable String settle(Completion completion) {
    return switch (completion) {
      case Completion.Failed(String reason) -> "sending failed: " + reason;
      case Completion.Acknowledged(long offset) when offset != expectedOffset ->
          "a record got offset %d instead of %d".formatted(offset, expectedOffset);
      case Completion.Acknowledged(long offset) -> {
        Sent oldest = sent.removeFirst();
        bytes -= oldest.bytes();
        expectedOffset = offset + 1;
        sequence = oldest.sequence();
        acknowledged = new StreamPosition(topicId, offset, sequence);
        yield null;
      }
    };
  }

  /// The newest acknowledged place, if there is one since this was asked last.
  Optional<StreamPosition> takeAcknowledged() {
    Optional<StreamPosition> taken = Optional.ofNullable(acknowledged);
    acknowledged = null;
    return taken;
  }
}
