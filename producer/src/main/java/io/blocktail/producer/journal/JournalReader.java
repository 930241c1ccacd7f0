package io.blocktail.producer.journal;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Reads forced records in the order of their sequences. For one thread.
public interface JournalReader extends AutoCloseable {
  /// The next record, or null when none is forced yet.
  ///
  /// @throws SequenceNotRetained when the record's segment was reused meanwhile
  /// @throws DamagedJournal when its checksum is wrong
  @Nullable JournalRecord next() throws IOException;

  @Override
  void close();
}
