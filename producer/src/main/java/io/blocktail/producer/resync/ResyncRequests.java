package io.blocktail.producer.resync;

import io.blocktail.producer.publish.TopicUnavailable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The requests of all volumes, as one volume's responder sees them: in the order of their arrival,
/// again from the last committed one after a restart. For one thread at a time.
public interface ResyncRequests extends AutoCloseable {
  /// @param value null when the record has none
  record Received(long offset, byte @Nullable [] value) {}

  /// What has arrived since the last call; does not wait.
  List<Received> poll() throws TopicUnavailable;

  /// Everything up to and with this record needs no answer any more.
  void commit(long offset) throws TopicUnavailable;

  @Override
  void close();
}
