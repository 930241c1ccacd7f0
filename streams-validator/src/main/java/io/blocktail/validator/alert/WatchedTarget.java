package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import org.jspecify.annotations.Nullable;

/// What is known of a target.
///
/// @param status its newest status; null when it never sent one
/// @param answered position of the newest marker that it answered, with a digest or a reason
/// @param verified position of the newest marker at which a chunk of it was found equal
/// @param diverged chunks that were found different and not equal since
/// @param passes how many chunks were found equal
/// @param proof of the newest pass that is proved
/// @param haltedAlert id of the open alert that says so
/// @param silentAlert id of the open alert that says so
public record WatchedTarget(
    @Nullable ReplicaSeen status,
    long answered,
    long verified,
    int diverged,
    Passes passes,
    @Nullable Proof proof,
    @Nullable String haltedAlert,
    @Nullable String silentAlert) {

  static final WatchedTarget UNKNOWN =
      new WatchedTarget(null, 0, 0, 0, Passes.NONE, null, null, null);

  WatchedTarget seen(ReplicaSeen newer) {
    return new WatchedTarget(
        newer, answered, verified, diverged, passes, proof, haltedAlert, silentAlert);
  }

  WatchedTarget answered(long position) {
    long newest = Position.isAfter(position, answered) ? position : answered;
    return new WatchedTarget(
        status, newest, verified, diverged, passes, proof, haltedAlert, silentAlert);
  }

  WatchedTarget verified(long position) {
    long newest = Position.isAfter(position, verified) ? position : verified;
    return new WatchedTarget(
        status, answered, newest, diverged, passes, proof, haltedAlert, silentAlert);
  }

  WatchedTarget diverged(int change) {
    return new WatchedTarget(
        status, answered, verified, diverged + change, passes, proof, haltedAlert, silentAlert);
  }

  WatchedTarget counted(Passes newer) {
    return new WatchedTarget(
        status, answered, verified, diverged, newer, proof, haltedAlert, silentAlert);
  }

  WatchedTarget proved(Proof newer) {
    return new WatchedTarget(
        status, answered, verified, diverged, passes, newer, haltedAlert, silentAlert);
  }

  /// It begins anew, with nothing applied: what was proved was another copy.
  WatchedTarget unproved() {
    return new WatchedTarget(
        status, answered, verified, diverged, Passes.NONE, null, haltedAlert, silentAlert);
  }

  WatchedTarget haltedAlert(@Nullable String id) {
    return new WatchedTarget(status, answered, verified, diverged, passes, proof, id, silentAlert);
  }

  WatchedTarget silentAlert(@Nullable String id) {
    return new WatchedTarget(status, answered, verified, diverged, passes, proof, haltedAlert, id);
  }

  boolean isHalted() {
    return status != null && status.state().equals("halted");
  }

  /// Position up to which it says that it has applied everything.
  long watermark() {
    return status == null ? 0 : Position.of(status.epoch(), status.watermark());
  }
}
