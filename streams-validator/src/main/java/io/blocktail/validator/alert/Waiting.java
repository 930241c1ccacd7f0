package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import org.jspecify.annotations.Nullable;

/// Since when a target has been on its way to a goal without getting nearer. Kept in memory only:
/// after a start of the validator the wait starts again, since nothing was seen meanwhile.
///
/// @param goal position to be reached; it stays until it is, so that a target that answers nothing
///   is not excused by new goals
/// @param reached position last seen
/// @param since when it was last seen to move, ms of this machine's clock
/// @param moved whether it was seen to move since the goal was set
record Waiting(long goal, long reached, long since, boolean moved) {
  /// What to wait for after another look.
  ///
  /// @param newestGoal position that is the goal once the present one is reached
  /// @param satisfied position up to which goals are reached
  /// @param progress position that shows that it moves
  /// @return null when there is nothing to wait for
  static @Nullable Waiting next(
      @Nullable Waiting waiting, long newestGoal, long satisfied, long progress, long now) {
    if (waiting == null || !Position.isAfter(waiting.goal, satisfied)) {
      return Position.isAfter(newestGoal, satisfied)
          ? new Waiting(newestGoal, progress, now, waiting != null)
          : null;
    }
    boolean nearer =
        Position.isAfter(progress, waiting.reached)
            && Position.isAfter(waiting.goal, waiting.reached);
    return nearer ? new Waiting(waiting.goal, progress, now, true) : waiting;
  }

  boolean isOver(long timeout, long now) {
    return now - since > timeout;
  }
}
