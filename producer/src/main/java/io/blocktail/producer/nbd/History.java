package io.blocktail.producer.nbd;

/// What is known of an export's past, for clients that copy only what was changed. Safe for use by
/// many threads.
public interface History {
  /// Bytes that are alike.
  ///
  /// @param length how many, at least one
  record Span(long length, boolean changed) {}

  /// The last sequence that a client may know.
  long end();

  /// Whether the byte at `offset` was changed after `sequence`, and for how many bytes from there
  /// on, at most `length`, the answer is the same. What may have been changed counts as changed.
  Span changedSince(long sequence, long offset, long length);
}
