package io.blocktail.deploy.command;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Watches a verification for progress: says when there has been none for too long.
final class Patience {
  private final Duration longest;
  private List<Long> before = List.of();
  private long since;

  /// @param nanos now, by the clock of all later calls
  Patience(Duration longest, long nanos) {
    this.longest = longest;
    this.since = nanos;
  }

  boolean isOver(Verification.Look look, long nanos) {
    return isOver(look.pass(), look.marked(), look.targets(), nanos);
  }

  boolean isOver(long pass, long marked, List<Verification.TargetProgress> targets, long nanos) {
    var now = new ArrayList<Long>(List.of(pass, marked));
    targets.forEach(target -> now.add(target.equal()));
    if (!now.equals(before)) {
      before = now;
      since = nanos;
    }
    return nanos - since > longest.toNanos();
  }
}
