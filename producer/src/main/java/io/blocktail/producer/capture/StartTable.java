package io.blocktail.producer.capture;

/// What a volume does for its stream when it is opened, decided from what it finds. A pure
/// function: its test goes through every row.
final class StartTable {
  /// What the journal has had appended, ever.
  enum History {
    /// Nothing: the volume is new, or its making was cut off.
    NONE,
    /// The event alone that says whose the stream is.
    BEGUN,
    MORE
  }

  enum Decision {
    /// Append the first event, after which every target that holds zeros is equal.
    BEGIN_EMPTY,
    /// Append the first event with a gap over all chunks, whose content follows.
    BEGIN_WITH_CONTENT,
    /// The gap that the first event opened is filled from its beginning.
    FILL_FIRST_GAP,
    /// Nothing is appended: changes go on past the journal until it has room.
    STAY_IN_OVERFLOW,
    /// Open a gap over the chunks of the dirty map.
    OPEN_GAP,
    /// The stream goes on as it was.
    GO_ON
  }

  private StartTable() {}

  /// Whether the device may hold writes that the journal has lost, in its hot regions: they become
  /// dirty before anything else is decided.
  ///
  /// @param sameBoot whether this is known to be the run of the operating system under which the
  ///   volume was open last
  /// @param hot whether any region is marked
  static boolean isPowerLoss(boolean sameBoot, boolean hot) {
    return hot && !sameBoot;
  }

  /// @param startedEmpty whether the volume was made without content
  /// @param overflow whether changes went past the journal when the volume was open last
  /// @param dirty whether the dirty map has chunks
  static Decision decide(History history, boolean startedEmpty, boolean overflow, boolean dirty) {
    return switch (history) {
      case NONE -> startedEmpty ? Decision.BEGIN_EMPTY : Decision.BEGIN_WITH_CONTENT;
      case BEGUN -> {
        if (overflow) {
          yield Decision.STAY_IN_OVERFLOW;
        }
        yield startedEmpty ? gap(dirty) : Decision.FILL_FIRST_GAP;
      }
      case MORE -> overflow ? Decision.STAY_IN_OVERFLOW : gap(dirty);
    };
  }

  private static Decision gap(boolean dirty) {
    return dirty ? Decision.OPEN_GAP : Decision.GO_ON;
  }
}
