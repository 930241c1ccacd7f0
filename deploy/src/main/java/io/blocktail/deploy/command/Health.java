package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What is to be said against that which the services tell at one moment. Silence is never a good
/// sign: what nobody says of a target counts against it.
///
/// @param troubles all that is wrong
/// @param notVerifiedYet `VOLUME/NAME` of targets against which nothing is known, and whose content
///   was never proved: nobody knows whether they are right
record Health(List<String> troubles, List<String> notVerifiedYet) {
  private static final String FOLLOWING = "following";
  private static final Set<String> HARMLESS = Set.of("equal", "behind");
  private static final Set<String> UNPROVED = Set.of("unknown", "behind");

  /// Pure.
  ///
  /// @param volumes null when the producer does not answer, as the others
  static Health of(
      @Nullable List<Volume> volumes,
      @Nullable List<Target> targets,
      @Nullable List<Replica> replicas,
      @Nullable List<Alert> alerts) {
    var health = new Health(new ArrayList<>(), new ArrayList<>());
    if (volumes != null) {
      health.judgeVolumes(volumes, targets);
    }
    if (targets != null) {
      targets.forEach(health::judgeTarget);
    }
    if (replicas != null) {
      health.judgeReplicas(replicas, Objects.requireNonNullElse(targets, List.of()));
    }
    if (alerts != null) {
      alerts.forEach(alert ->
          health.troubles.add(
              "alert %s: %s of %s".formatted(alert.id(), alert.kind(), alert.subject())));
    }
    return health;
  }

  private void judgeVolumes(List<Volume> volumes, @Nullable List<Target> targets) {
    if (volumes.isEmpty()) {
      troubles.add("the producer has no volume");
    }
    for (Volume volume : volumes) {
      String name = volume.name();
      if (!volume.state().equals("serving")) {
        troubles.add("volume %s is %s".formatted(name, volume.state())); // the reason is of that
      } else if (volume.reason() != null) {
        troubles.add("volume %s: %s".formatted(name, volume.reason()));
      }
      if (targets != null && targets.stream().noneMatch(one -> one.volume().equals(name))) {
        troubles.add("volume %s: the consumer has no target of it".formatted(name));
      }
    }
  }

  private void judgeTarget(Target target) {
    String label = target.label();
    if (!target.state().equals(FOLLOWING)) {
      troubles.add("target %s is %s".formatted(label, target.state()));
    } else if (!target.consistent()) {
      troubles.add("target %s is not consistent".formatted(label));
    }
    if (!target.state().equals("halted") && target.lagChanges() == null) {
      troubles.add(
          "target %s: how far it is behind is not known: %s"
              .formatted(label, Objects.requireNonNullElse(target.reason(), target.state())));
    }
  }

  private void judgeReplicas(List<Replica> replicas, List<Target> targets) {
    for (Target target : targets) {
      if (replicas.stream().noneMatch(one -> one.label().equals(target.label()))) {
        troubles.add("target %s: the validator does not know it".formatted(target.label()));
      }
    }
    for (Replica replica : replicas) {
      String verdict = replica.verdict();
      boolean isFollowing =
          targets.stream()
              .anyMatch(target ->
                  target.label().equals(replica.label())
                      && target.consistent()
                      && target.state().equals(FOLLOWING));
      if (isFollowing && UNPROVED.contains(verdict) && replica.proof() == null) {
        notVerifiedYet.add(replica.label());
      } else if (!HARMLESS.contains(verdict)) {
        troubles.add(
            "target %s: the validator's verdict is %s".formatted(replica.label(), verdict));
      }
    }
  }
}
