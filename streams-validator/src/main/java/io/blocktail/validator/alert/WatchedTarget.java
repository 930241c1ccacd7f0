package io.blocktail.validator.alert;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.blocktail.event.Position;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// What is known of a target. The components of its parts are stored side by side, as they were
/// before there were parts.
///
/// @param status its newest status; null when it never sent one
/// @param answered position of the newest marker that it answered, with a digest or a reason
/// @param copy null until it said; absent in what an earlier release stored
public record WatchedTarget(
    @Nullable ReplicaSeen status,
    long answered,
    @JsonUnwrapped Verification verification,
    @JsonUnwrapped OpenAlerts alerts,
    @Nullable Copy copy) {

  /// The alerts that say that it does nothing.
  ///
  /// @param haltedAlert id; null while there is none
  /// @param silentAlert id; null while there is none
  public record OpenAlerts(@Nullable String haltedAlert, @Nullable String silentAlert) {
    static final OpenAlerts NONE = new OpenAlerts(null, null);

    OpenAlerts halted(@Nullable String id) {
      return new OpenAlerts(id, silentAlert);
    }

    OpenAlerts silent(@Nullable String id) {
      return new OpenAlerts(haltedAlert, id);
    }
  }

  /// Statuses and answers go different ways, so either may be this much late.
  private static final Duration MARGIN = Duration.ofSeconds(10);

  static final WatchedTarget UNKNOWN = of(null);

  /// Nothing is known but the copy.
  static WatchedTarget of(@Nullable Copy copy) {
    return new WatchedTarget(null, 0, Verification.NONE, OpenAlerts.NONE, copy);
  }

  /// The copy that has the name speaks, or one that does not say which it is.
  WatchedTarget heard(@Nullable String replica, long at) {
    if (replica == null) {
      return this;
    }
    Copy speaking = copy == null ? Copy.of(replica, at) : copy.heard(at);
    return new WatchedTarget(status, answered, verification, alerts, speaking);
  }

  WatchedTarget seen(ReplicaSeen newer) {
    return new WatchedTarget(newer, answered, verification, alerts, copy);
  }

  WatchedTarget answered(long position) {
    long newest = Position.isAfter(position, answered) ? position : answered;
    return new WatchedTarget(status, newest, verification, alerts, copy);
  }

  WatchedTarget with(Verification newer) {
    return new WatchedTarget(status, answered, newer, alerts, copy);
  }

  WatchedTarget with(OpenAlerts newer) {
    return new WatchedTarget(status, answered, verification, newer, copy);
  }

  /// Whether it says, well after it was found equal somewhere, that it has not come so far: its
  /// copy was made anew, and what was proved was another one. While it recovers it repeats itself.
  boolean isAnotherCopy() {
    return status != null
        && status.epoch() > 0
        && !status.state().equals("recovering")
        && Position.isAfter(verification.verified(), watermark())
        && status.at() - verification.verifiedAt() > MARGIN.toMillis() * 1000;
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
