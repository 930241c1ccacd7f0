package io.blocktail.producer.journal;

/// What recovery does at the place where the next record is expected, decided from what it finds
/// there. A pure function: its test goes through every row.
final class RecoveryTable {
  /// What stands at the place.
  enum Found {
    /// The expected record, of the incarnation that wrote last.
    NEXT,
    /// A record of another incarnation: the log ended before it when the journal was opened last.
    STALE,
    /// A record of this incarnation, but with another sequence, which no crash can leave.
    MISPLACED,
    /// No record: nothing was written, or what was written is not whole.
    NOTHING
  }

  /// What the segment after this one is.
  enum Follows {
    /// There is none.
    NOTHING,
    /// It begins with the expected sequence: this one was full.
    CONTINUES,
    /// It begins with another sequence, is of another incarnation, or its header is not whole.
    OTHER,
    /// It is not there, although later ones are.
    MISSING
  }

  enum Decision {
    /// The record is part of the log.
    TAKE,
    /// The log goes on in the next segment.
    TURN,
    /// The log ends here: what may have followed was never durable.
    END,
    /// Something durable is gone: recovery refuses.
    DAMAGED
  }

  private RecoveryTable() {}

  /// @param claimed whether anything believable says that the expected sequence was forced once
  static Decision decide(Found found, Follows follows, boolean claimed) {
    return switch (found) {
      case NEXT -> follows == Follows.CONTINUES ? Decision.DAMAGED : Decision.TAKE;
      case MISPLACED -> Decision.DAMAGED;
      case STALE, NOTHING ->
          switch (follows) {
            case CONTINUES -> Decision.TURN;
            case MISSING -> Decision.DAMAGED;
            case NOTHING, OTHER -> claimed ? Decision.DAMAGED : Decision.END;
          };
    };
  }
}
