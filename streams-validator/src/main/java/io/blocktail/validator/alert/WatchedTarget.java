package io.blocktail.validator.alert;

import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What is known of a target.
///
/// @param status its newest status; null when it never sent one
/// @param answered position of the newest marker that it answered, with a digest or a reason
/// @param verified position of the newest marker at which a chunk of it was found equal
/// @param verifiedAt when it gave that answer, µs since 1970, by the consumer's clock
/// @param diverged chunks that were found different and not equal since
/// @param passes how many chunks were found equal
/// @param proof of the newest pass that is proved
/// @param haltedAlert id of the open alert that says so
/// @param silentAlert id of the open alert that says so
/// @param copy null until it said; absent in what an earlier release stored
public record WatchedTarget(
    @Nullable ReplicaSeen status,
    long answered,
    long verified,
    long verifiedAt,
    int diverged,
    Passes passes,
    @Nullable Proof proof,
    @Nullable String haltedAlert,
    @Nullable String silentAlert,
    @Nullable Copy copy) {

  /// Statuses and answers go different ways, so either may be this much late.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  static final WatchedTarget UNKNOWN =
      new WatchedTarget(null, 0, 0, 0, 0, Passes.NONE, null, null, null, null);

  /// Nothing is known but the copy.
  static WatchedTarget of(Copy copy) {
    return new WatchedTarget(null, 0, 0, 0, 0, Passes.NONE, null, null, null, copy);
  }

  /// The copy that has the name speaks, or one that does not say which it is.
  WatchedTarget heard(@Nullable String replica, long at) {
    if (replica == null) {
      return this;
    }
    return new WatchedTarget(
        status,
        answered,
        verified,
        verifiedAt,
        diverged,
        passes,
        proof,
        haltedAlert,
        silentAlert,
        copy == null ? Copy.of(replica, at) : copy.heard(at));
  }

  WatchedTarget seen(ReplicaSeen newer) {
    return new WatchedTarget(
        newer,
        answered,
        verified,
        verifiedAt,
        diverged,
        passes,
        proof,
        haltedAlert,
        silentAlert,
        copy);
  }

  WatchedTarget answered(long position) {
    long newest = Position.isAfter(position, answered) ? position : answered;
    return new WatchedTarget(
        status,
        newest,
        verified,
        verifiedAt,
        diverged,
        passes,
        proof,
        haltedAlert,
        silentAlert,
        copy);
  }

  WatchedTarget verified(long position, long at) {
    if (!Position.isAfter(position, verified)) {
      return this;
    }
    return new WatchedTarget(
        status, answered, position, at, diverged, passes, proof, haltedAlert, silentAlert, copy);
  }

  WatchedTarget diverged(int change) {
    return new WatchedTarget(
        status,
        answered,
        verified,
        verifiedAt,
        diverged + change,
        passes,
        proof,
        haltedAlert,
        silentAlert,
        copy);
  }

  WatchedTarget counted(Passes newer) {
    return new WatchedTarget(
        status,
        answered,
        verified,
        verifiedAt,
        diverged,
        newer,
        proof,
        haltedAlert,
        silentAlert,
        copy);
  }

  WatchedTarget proved(Proof newer) {
    return new WatchedTarget(
        status,
        answered,
        verified,
        verifiedAt,
        diverged,
        passes,
        newer,
        haltedAlert,
        silentAlert,
        copy);
  }

  /// Nothing is known of its content any more.
  WatchedTarget unproved() {
    return new WatchedTarget(
        status, answered, 0, 0, diverged, Passes.NONE, null, haltedAlert, silentAlert, copy);
  }

  /// Whether it says, well after it was found equal somewhere, that it has not come so far: its
  /// copy was made anew, and what was proved was another one. While it recovers it repeats itself.
  boolean isAnotherCopy() {
    return status != null
        && status.epoch() > 0
        && !status.state().equals("recovering")
        && Position.isAfter(verified, watermark())
        && status.at() - verifiedAt > MARGIN.toMillis() * 1000;
  }

  WatchedTarget haltedAlert(@Nullable String id) {
    return new WatchedTarget(
        status, answered, verified, verifiedAt, diverged, passes, proof, id, silentAlert, copy);
  }

  WatchedTarget silentAlert(@Nullable String id) {
    return new WatchedTarget(
        status, answered, verified, verifiedAt, diverged, passes, proof, haltedAlert, id, copy);
  }

  /// Whether it says nothing against answering the markers of that volume.
  boolean isAnswering(String volumeId) {
    if (status == null) {
      return true;
    }
    boolean hasBegun = !status.state().equals("initializing") || answered != 0;
    boolean isOther = status.volumeId() != null && !status.volumeId().equals(volumeId);
    return hasBegun && !isOther && !isHalted();
  }

  boolean isHalted() {
    return status != null && status.state().equals("halted");
  }

  /// Position up to which it says that it has applied everything.
  long watermark() {
    return status == null ? 0 : Position.of(status.epoch(), status.watermark());
  }
}
