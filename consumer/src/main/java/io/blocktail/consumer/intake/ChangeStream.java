package io.blocktail.consumer.intake;

import java.time.Duration;
import java.util.List;

/// The one partition of a volume's changes, read from a place that the reader itself remembers. It
/// may deliver records twice and late; which of them count is not its business. [#bounds] may be
/// called by any thread, everything else by one.
public interface ChangeStream extends AutoCloseable {
  /// What one call found.
  ///
  /// @param records in the order of their offsets; maybe none
  /// @param end offset behind the stream's last record as far as this call has learned it, -1 when
  ///   it has not
  record Batch(List<StreamRecord> records, long end) {
    public Batch {
      records = List.copyOf(records);
    }
  }

  /// How the stream lies at this moment.
  StreamBounds bounds() throws StreamUnavailableException;

  /// The next record polled is the one at this offset. Nothing is polled before the first call.
  ///
  /// @param position its leader epoch is the one of the record before that offset, so that the
  ///   broker can tell when that record is not in the stream any more
  void seek(StreamPosition position);

  /// Waits for records, but not longer than `atMost` when there are none.
  ///
  /// @throws StreamUnavailableException when the broker or the topic is not there; try again
  /// @throws StreamCutException when the place that was to be read is not in the stream any more;
  ///   nothing is polled before the next [#seek], for which the caller has to see to it
  /// @throws UnreadableRecordException when the next record is damaged where the broker keeps it;
  ///   trying again does not help, a [#seek] beyond it does
  Batch poll(Duration atMost)
      throws StreamUnavailableException, StreamCutException, UnreadableRecordException;

  /// Tells the broker how far the reader is, for lag tools; not a ground for anything, so that it
  /// may get lost.
  void commit(StreamPosition position);

  @Override
  void close();
}
