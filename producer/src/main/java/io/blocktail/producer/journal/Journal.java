package io.blocktail.producer.journal;

import java.io.IOException;
import java.time.Duration;

public final class Journal implements AutoCloseable {
  Journal() {}

  /// Sequence of the last record that was appended.
  public long appended() {
    throw new UnsupportedOperationException();
  }

  /// Highest sequence that a completed force covers.
  public long forced() {
    throw new UnsupportedOperationException();
  }

  /// Group commit: returns when `forced() >= sequence`. A force that fails fails the journal for
  /// ever.
  public void force(long sequence) throws IOException {
    throw new UnsupportedOperationException();
  }

  /// For the one publisher thread: waits until something beyond the sequence is appended. Returns
  /// early when the journal was closed or has failed.
  ///
  /// @return whether `appended() > beyond`
  public boolean awaitAppended(long beyond, Duration atMost) {
    throw new UnsupportedOperationException();
  }

  /// Bytes of the records that are kept.
  public long usedBytes() {
    throw new UnsupportedOperationException();
  }

  public long limitBytes() {
    throw new UnsupportedOperationException();
  }

  /// Whether a writer waits for room now.
  public boolean blocked() {
    throw new UnsupportedOperationException();
  }

  /// Kafka has everything up to the sequence: with the device's checkpoint this frees segments.
  public void acknowledged(long sequence) {
    throw new UnsupportedOperationException();
  }

  /// Yields the records from sequence `from` on, as they are forced.
  ///
  /// @throws SequenceNotRetained when that is gone
  public JournalReader reader(long from) throws IOException {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() throws IOException {
    throw new UnsupportedOperationException();
  }
}
