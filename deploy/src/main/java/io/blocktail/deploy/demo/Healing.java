package io.blocktail.deploy.demo;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/// Watches alerts, replicas and targets while damage is found and healed, and tells what changes as
/// it happens. Not thread safe.
final class Healing {
  private final ServiceClient client;
  private final String volume;
  private final String damagedTarget;
  private final Set<Long> damaged;
  private final Consumer<String> tell;

  private final Set<String> before = new HashSet<>();
  private final Map<String, Alert> seen = new HashMap<>();
  private final Map<String, String> conditions = new HashMap<>();
  private final Set<Long> accused = new HashSet<>();
  private final List<String> unexpected = new ArrayList<>();

  /// @param alerts that there were before the damage
  /// @param damagedTarget its name
  /// @param damaged chunks
  Healing(
      ServiceClient client,
      String volume,
      List<Alert> alerts,
      String damagedTarget,
      List<Long> damaged,
      Consumer<String> tell) {
    this.client = client;
    this.volume = volume;
    this.damagedTarget = damagedTarget;
    this.damaged = Set.copyOf(damaged);
    this.tell = tell;
    alerts.forEach(alert -> before.add(alert.id()));
  }

  /// Asks once, and tells what is new.
  void look() {
    if (client.alerts("all") instanceof Answer.Given<List<Alert>>(var alerts)) {
      alerts.stream()
          .filter(alert -> alert.volume().equals(volume) && !before.contains(alert.id()))
          .forEach(this::noteAlert);
    }
    if (client.replicas() instanceof Answer.Given<List<Replica>>(var replicas)) {
      replicas.stream()
          .filter(replica -> replica.volume().equals(volume))
          .forEach(replica -> noteCondition(replica.label() + " verdict", replica.verdict()));
    }
    if (client.targets() instanceof Answer.Given<List<Target>>(var targets)) {
      targets.stream()
          .filter(target -> target.volume().equals(volume))
          .forEach(target -> noteCondition(target.label() + " state", target.state()));
    }
  }

  private void noteAlert(Alert alert) {
    Alert known = seen.put(alert.id(), alert);
    if (known == null) {
      tell.accept(
          "ALERT OPENED %s: %s of %s, chunks %s, at sequence %s"
              .formatted(
                  alert.id(), alert.kind(), alert.subject(), alert.chunkList(), alert.sequence()));
    } else if (!known.chunkList().equals(alert.chunkList())) {
      tell.accept("alert %s grew: chunks %s".formatted(alert.id(), alert.chunkList()));
    }
    // It may come later than the alert itself.
    String evidence = alert.evidenceText();
    if (!evidence.isEmpty() && (known == null || !known.evidenceText().equals(evidence))) {
      tell.accept("  evidence: " + evidence);
    }
    judge(alert);
    if (!alert.stillOpen() && (known == null || known.stillOpen())) {
      tell.accept("ALERT CLOSED %s at %s".formatted(alert.id(), alert.closedAt()));
    }
  }

  /// Nothing but what was damaged may be accused.
  private void judge(Alert alert) {
    if (!alert.kind().equals("divergence") || !damagedTarget.equals(alert.target())) {
      wrong("alert %s: %s of %s".formatted(alert.id(), alert.kind(), alert.subject()));
      return;
    }
    List<Alert.Chunks> runs = alert.chunks() == null ? List.of() : alert.chunks();
    for (Alert.Chunks run : runs) {
      for (long chunk = run.first(); chunk < run.first() + run.count(); chunk++) {
        if (damaged.contains(chunk)) {
          accused.add(chunk);
        } else {
          wrong("alert %s accuses chunk %d, which was not damaged".formatted(alert.id(), chunk));
        }
      }
    }
  }

  private void wrong(String what) {
    if (!unexpected.contains(what)) {
      unexpected.add(what);
      tell.accept("UNEXPECTED: " + what);
    }
  }

  private void noteCondition(String what, String now) {
    String known = conditions.put(what, now);
    if (known != null && !known.equals(now)) {
      tell.accept("%s: %s -> %s".formatted(what, known, now));
    }
  }

  /// Whether every damaged chunk was accused and every alert is closed again.
  boolean isOver() {
    return accused.equals(damaged) && seen.values().stream().noneMatch(Alert::stillOpen);
  }

  int alerts() {
    return seen.size();
  }

  /// What should not have happened, or should have and has not.
  List<String> failures() {
    var failures = new ArrayList<>(unexpected);
    damaged.stream()
        .filter(chunk -> !accused.contains(chunk))
        .sorted()
        .forEach(chunk -> failures.add("no alert about the damaged chunk " + chunk));
    seen.values().stream()
        .filter(Alert::stillOpen)
        .forEach(alert -> failures.add("alert %s is still open".formatted(alert.id())));
    return List.copyOf(failures);
  }
}
