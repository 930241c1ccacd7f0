package io.blocktail.deploy.process;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// How often a child has died.
///
/// @param inARow since it last ran long enough to count as stable
/// @param recent when, within the time that [RestartPolicy#within] looks back
public record Deaths(int inARow, List<Instant> recent) {
  public static final Deaths NONE = new Deaths(0, List.of());

  public Deaths {
    recent = List.copyOf(recent);
  }

  Deaths and(Death death, RestartPolicy policy) {
    var recent = new ArrayList<>(this.recent);
    recent.removeIf(at -> at.isBefore(death.at().minus(policy.within())));
    recent.add(death.at());
    boolean wasStable = death.lived().compareTo(policy.stable()) >= 0;
    return new Deaths(wasStable ? 1 : inARow + 1, recent);
  }
}
