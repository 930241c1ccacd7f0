package io.blocktail.producer.publish;

/// A topic for messages that stand for themselves: no order between them, no place in a history.
public interface MessageTopic {
  /// Tells what became of a message; called once, from any thread.
  @FunctionalInterface
  interface Answer {
    /// @param stored false when it may not have reached the topic
    void told(boolean stored);
  }

  void send(String key, byte[] message, Answer answer);
}
