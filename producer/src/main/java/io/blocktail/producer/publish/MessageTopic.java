package io.blocktail.producer.publish;

import org.jspecify.annotations.Nullable;

/// A topic for messages that stand for themselves: no order between them, no place in a history.
public interface MessageTopic {
  /// Tells what became of a message; called once, from any thread.
  @FunctionalInterface
  interface Answer {
    /// @param failure why it may not have reached the topic; null when it is stored
    void told(@Nullable String failure);
  }

  void send(String key, byte[] message, Answer answer);

  /// Says that what was sent under the key counts no more. For topics that keep the last of each
  /// key; in others it passes by itself.
  default void erase(String key, Answer answer) {
    answer.told(null);
  }
}
