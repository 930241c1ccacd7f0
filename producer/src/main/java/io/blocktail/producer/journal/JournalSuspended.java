package io.blocktail.producer.journal;

import java.io.IOException;

/// Nothing was appended, since the journal takes nothing for a while. Nothing is wrong with it.
public final class JournalSuspended extends IOException {
  private static final long serialVersionUID = 1;

  JournalSuspended() {
    super("the journal takes nothing as long as changes go past it");
  }
}
