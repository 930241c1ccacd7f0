package io.blocktail.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthTest {
  private static final List<Volume> DEMO = List.of(volume("serving", null));

  /// One target of one volume, as consumer (`-`: it tells of none) and validator (`-`: it has no
  /// row) see it. What comes of it: `well`, `not verified yet`, or the trouble.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          following    | true  | equal     | true  | well
          following    | true  | behind    | true  | well
          following    | true  | behind    | false | not verified yet
          following    | true  | unknown   | false | not verified yet
          following    | true  | unknown   | true  | target demo/a: the validator's verdict is unknown
          following    | true  | diverged  | true  | target demo/a: the validator's verdict is diverged
          following    | true  | diverged  | false | target demo/a: the validator's verdict is diverged
          following    | true  | resyncing | false | target demo/a: the validator's verdict is resyncing
          following    | true  | -         | false | target demo/a: the validator does not know it
          following    | false | equal     | true  | target demo/a is not consistent
          resyncing    | false | equal     | true  | target demo/a is resyncing
          resyncing    | true  | equal     | true  | target demo/a is resyncing
          initializing | false | equal     | true  | target demo/a is initializing
          recovering   | false | equal     | true  | target demo/a is recovering
          halted       | true  | equal     | true  | target demo/a is halted
          -            | true  | equal     | true  | volume demo: the consumer has no target of it
          """)
  void aTargetIsWellOnlyWhenBothSaySo(
      String state, boolean consistent, String verdict, boolean proved, String outcome) {
    List<Target> targets = state.equals("-") ? List.of() : List.of(target("a", state, consistent));
    List<Replica> replicas =
        verdict.equals("-") ? List.of() : List.of(replica("a", verdict, proved));

    Health health = Health.of(DEMO, targets, replicas, List.of());

    switch (outcome) {
      case "well" -> assertThat(health).isEqualTo(new Health(List.of(), List.of()));
      case "not verified yet" ->
          assertThat(health).isEqualTo(new Health(List.of(), List.of("demo/a")));
      default -> assertThat(health).isEqualTo(new Health(List.of(outcome), List.of()));
    }
  }

  @Test
  void aTargetThatFollowsNotAndWasNeverVerifiedIsBoth() {
    Health health =
        Health.of(
            DEMO,
            List.of(target("a", "initializing", false)),
            List.of(replica("a", "unknown", false)),
            List.of());

    assertThat(health.troubles())
        .containsExactly(
            "target demo/a is initializing", "target demo/a: the validator's verdict is unknown");
    assertThat(health.notVerifiedYet()).isEmpty();
  }

  @Test
  void aReplicaThatAnotherConsumerKeepsIsJudgedByTheValidatorAlone() {
    List<Target> targets = List.of(target("a", "following", true));
    Replica known = replica("a", "equal", true);

    assertThat(troubles(targets, known, replica("offsite", "equal", true))).isEmpty();
    assertThat(troubles(targets, known, replica("offsite", "unknown", false)))
        .containsExactly("target demo/offsite: the validator's verdict is unknown");
    assertThat(troubles(targets, known, replica("offsite", "diverged", true)))
        .containsExactly("target demo/offsite: the validator's verdict is diverged");
  }

  private static List<String> troubles(List<Target> targets, Replica... replicas) {
    return Health.of(DEMO, targets, List.of(replicas), List.of()).troubles();
  }

  @Test
  void aVolumeThatIsNotServedOrCutOffIsATrouble() {
    List<Target> targets = List.of(target("a", "following", true));
    List<Replica> replicas = List.of(replica("a", "equal", true));

    assertThat(
            Health.of(List.of(volume("stopped", "why")), targets, replicas, List.of()).troubles())
        .containsExactly("volume demo is stopped");
    assertThat(
            Health.of(List.of(volume("serving", "why")), targets, replicas, List.of()).troubles())
        .containsExactly("volume demo: why");
  }

  @Test
  void nothingAtAllIsNotWell() {
    assertThat(Health.of(List.of(), List.of(), List.of(), List.of()).troubles())
        .containsExactly("the producer has no volume");
  }

  @Test
  void everyOpenAlertIsATrouble() {
    var alert = new Alert("x1", "target-silent", "demo", "a", null, null, null, null, null);

    Health health =
        Health.of(
            DEMO,
            List.of(target("a", "following", true)),
            List.of(replica("a", "equal", true)),
            List.of(alert));

    assertThat(health.troubles()).containsExactly("alert x1: target-silent of demo/a");
  }

  private static Volume volume(String state, @Nullable String reason) {
    return new Volume(
        "demo", "u", 4096, 1, 9L, 9L, 9L, 0L, state, reason, "/d/demo.img", true, 0, null, false);
  }

  private static Target target(String name, String state, boolean consistent) {
    return new Target(name, "demo", state, null, consistent, 1, 9L, 0L, 0L, "/d/a.img", 0L, 0L);
  }

  private static Replica replica(String name, String verdict, boolean proved) {
    Replica.Proof proof = proved ? new Replica.Proof(7, 4, null) : null;
    return new Replica("demo", "u", name, verdict, 9L, 0, proof, null);
  }
}
