package io.blocktail.producer.publish;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A volume's topic, which has one partition, as its publisher sees it. For one thread at a time.
public interface ChangeTopic extends AutoCloseable {
  /// What the topic holds now.
  ///
  /// @param topicId another one after the topic was deleted and made again under the same name
  /// @param start offset of the oldest record that is kept
  /// @param end offset behind the newest record
  record Bounds(String topicId, long start, long end) {}

  /// A stored record.
  ///
  /// @param value null when the record has none
  record Stored(long offset, byte @Nullable [] value) {}

  /// Records of the topic.
  ///
  /// @param next where to go on: behind the last one, also where offsets were skipped
  record Slice(List<Stored> records, long next) {}

  /// What became of a record that was sent.
  sealed interface Completion {
    /// It is in the topic, and stays there if any of the in-sync replicas lives on.
    record Acknowledged(long offset) implements Completion {}

    /// It may be in the topic or not.
    record Failed(String reason) implements Completion {}
  }

  /// Makes the topic first if there is none.
  ///
  /// @throws UnfitStream when the topic is not fit to hold a volume's stream
  Bounds bounds() throws TopicUnavailable, UnfitStream;

  /// Some records from an offset on; none when there is none yet, or none came in time.
  Slice read(long from) throws TopicUnavailable;

  /// Hands a record over for sending; records arrive in the order of the calls. Waits for Kafka for
  /// some seconds at most. What goes wrong with a record that was taken is told by [#poll].
  ///
  /// @throws TopicUnavailable when the record was not taken: the next one, if it were, would leave
  ///   a hole
  void send(byte[] record) throws TopicUnavailable;

  /// What became of the oldest record whose fate was not told yet; null when that is not known yet.
  @Nullable Completion poll();

  /// Forgets all that was sent and not told yet. Some of it may still reach the topic, even later.
  void reset();

  @Override
  void close();
}
