package io.blocktail.producer.journal;

import java.io.IOException;

/// Something that was durable in the journal cannot be read any more. The message names the segment
/// and the position.
public final class DamagedJournal extends IOException {
  private static final long serialVersionUID = 1;

  DamagedJournal(String message) {
    super(message);
  }
}
