package io.blocktail.consumer.apply;

import io.blocktail.event.Position;

/// Whether an event changes a block of the replica. Delivering events twice or late changes
/// nothing, because this is the only way in.
final class Rule {
  private Rule() {}

  /// @param version position of the last event that was applied to the block, 0 for none
  /// @param position of the event that touches it
  static boolean applies(long version, long position) {
    return Position.isAfter(position, version);
  }
}
