package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What the services say of targets at one look.
///
/// @param targets null when the consumer does not answer
/// @param replicas null when the validator does not answer
/// @param alerts that are open; null when the validator does not answer
record Said(
    @Nullable List<Target> targets,
    @Nullable List<Replica> replicas,
    @Nullable List<Alert> alerts) {
  static final String SOURCE_ROT = "source-rot";

  /// Asks all.
  ///
  /// @param troubles takes what is wrong with those that do not answer
  static Said by(ServiceClient client, List<String> troubles) {
    return new Said(
        given(client.targets(), troubles),
        given(client.replicas(), troubles),
        given(client.alerts("open"), troubles));
  }

  static <T> @Nullable T given(Answer<T> answer, List<String> troubles) {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    troubles.add(answer.trouble());
    return null;
  }

  boolean isWhole() {
    return targets != null && replicas != null && alerts != null;
  }

  /// What speaks against the source itself: no pass can prove anything equal to that.
  List<String> accusations(String volume) {
    return alerts == null
        ? List.of()
        : alerts.stream()
            .filter(alert -> alert.volume().equals(volume) && alert.kind().equals(SOURCE_ROT))
            .map(alert ->
                "%s of %s, chunks %s: %s"
                    .formatted(SOURCE_ROT, volume, alert.chunkList(), alert.evidenceText()))
            .toList();
  }

  @Nullable Replica replica(String label) {
    return replicas == null
        ? null
        : replicas.stream().filter(one -> one.label().equals(label)).findFirst().orElse(null);
  }

  /// Whether a pass that begins now can prove the target that this one has not: nothing is known
  /// against the target, it is not behind, and the validator has come to this pass.
  boolean isWell(String label, long pass) {
    Replica replica = replica(label);
    Replica.Progress last = replica == null ? null : replica.lastPass();
    return replica != null
        && last != null
        && last.pass() >= pass
        && replica.divergedChunks() == 0
        && !replica.verdict().equals("behind")
        && target(label)
            .map(target -> target.consistent() && target.state().equals("following"))
            .orElseGet(() -> !replica.verdict().equals("resyncing") && isUnaccused(label));
  }

  /// All that can be had about a target that another consumer keeps.
  private boolean isUnaccused(String label) {
    return alerts != null && alerts.stream().noneMatch(alert -> alert.subject().equals(label));
  }

  /// The consumer's word about the target.
  String state(String label) {
    return targets == null
        ? "state unknown"
        : target(label).map(Said::state).orElse("the consumer does not tell of it");
  }

  private Optional<Target> target(String label) {
    return targets == null
        ? Optional.empty()
        : targets.stream().filter(target -> target.label().equals(label)).findFirst();
  }

  private static String state(Target target) {
    String reason = target.reason();
    return reason == null || reason.isBlank()
        ? target.state()
        : target.state() + " (" + reason + ")";
  }
}
