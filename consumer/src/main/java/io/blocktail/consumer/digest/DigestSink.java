package io.blocktail.consumer.digest;

/// Takes a target's answers to digest markers. Does not block, and may lose an answer rather than
/// hold up the stream: who waits for it notices.
@FunctionalInterface
public interface DigestSink {
  void answer(DigestAnswer answer);
}
