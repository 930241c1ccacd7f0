package io.blocktail.validator.console;

import static io.restassured.RestAssured.get;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.blocktail.event.Position;
import io.blocktail.validator.alert.AlertEntry;
import io.blocktail.validator.alert.AlertKind;
import io.blocktail.validator.alert.Passes;
import io.blocktail.validator.alert.Proof;
import io.blocktail.validator.alert.Subject;
import io.blocktail.validator.alert.Verification;
import io.blocktail.validator.alert.WatchedTarget;
import io.blocktail.validator.alert.WatchedVolume;
import io.blocktail.validator.compare.Observation.ReplicaSeen;
import io.blocktail.volume.ChunkSet;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// The shapes of what HTTP answers.
@QuarkusTest
@TestProfile(ConsoleTest.WithFixedReadings.class)
class ConsoleTest {
  private static final long AT = 1_767_225_600_000_001L;

  /// Readings that never change instead of Kafka's stores.
  public static final class WithFixedReadings implements QuarkusTestProfile {
    @Override
    public Set<Class<?>> getEnabledAlternatives() {
      return Set.of(FixedReadings.class);
    }
  }

  @Alternative
  @Singleton
  public static class FixedReadings implements Readings {
    static volatile boolean isBroken;

    @Override
    public Duration patience() {
      return Duration.ofSeconds(30);
    }

    @Override
    public Map<String, WatchedVolume> volumes() {
      if (isBroken) {
        throw new IllegalStateException("a store that makes no sense");
      }
      var passes = new Passes(List.of(new Passes.Pass(7, 4, AT, Position.of(1, 90))));
      return Map.of(
          "demo",
          new WatchedVolume(
              "v", 1, 4, Position.of(1, 90), 0, 0, null, Times.now(), passes, List.of()));
    }

    @Override
    public Map<Subject, WatchedTarget> targets() {
      var status =
          new ReplicaSeen("a", "v", null, "following", null, true, 1, 100, 0, 0L, 3L, Times.now());
      var proof = new Proof(7, 4, 81, 90, "00ff", AT, AT + 1_000_000);
      var passes = new Passes(List.of(new Passes.Pass(7, 4, AT, Position.of(1, 90))));
      long position = Position.of(1, 90);
      return Map.of(
          new Subject("demo", "a"),
          target(status, new Verification(position, AT, 0, passes, proof)),
          new Subject("demo", "b"),
          target(null, new Verification(0, 0, 2, passes, null)));
    }

    private static WatchedTarget target(@Nullable ReplicaSeen status, Verification verification) {
      var none = new WatchedTarget.OpenAlerts(null, null);
      return new WatchedTarget(status, Position.of(1, 90), verification, none, null);
    }

    @Override
    public List<AlertEntry> openAlerts() {
      return List.of(alert("one", null));
    }

    @Override
    public List<AlertEntry> closedAlerts() {
      return List.of(alert("two", AT + 5));
    }

    private static AlertEntry alert(String id, @Nullable Long closedAt) {
      return new AlertEntry(
          id,
          AlertKind.DIVERGENCE,
          "demo",
          "v",
          "a",
          new ChunkSet(List.of(new ChunkSet.Run(3, 2))),
          90,
          AT,
          closedAt,
          "chunk 3 ...",
          1,
          true);
    }
  }

  @Test
  void replicasInOrderWithTheirProofs() {
    get("/replicas")
        .then()
        .statusCode(200)
        .body("target", contains("a", "b"))
        .body("[0].volume", equalTo("demo"))
        .body("[0].volumeId", equalTo("v"))
        .body("[0].verdict", equalTo("equal"))
        .body("[0].lastVerifiedSequence", equalTo(90))
        .body("[0].divergedChunks", equalTo(0))
        .body("[0].proof.pass", equalTo(7))
        .body("[0].proof.chunks", equalTo(4))
        .body("[0].proof.firstSequence", equalTo(81))
        .body("[0].proof.lastSequence", equalTo(90))
        .body("[0].proof.root", equalTo("00ff"))
        .body("[0].proof.finishedAt", equalTo("2026-01-01T00:00:01.000001Z"))
        .body("[0].lastPass.equal", equalTo(4))
        .body("[0].lastPass.of", equalTo(4))
        .body("[1].verdict", equalTo("diverged"))
        .body("[1].divergedChunks", equalTo(2))
        .body("[1].proof", nullValue());
  }

  @Test
  void openAlertsUnlessAskedOtherwise() {
    get("/alerts")
        .then()
        .statusCode(200)
        .body("$", hasSize(1))
        .body("[0].id", equalTo("one"))
        .body("[0].kind", equalTo("divergence"))
        .body("[0].volume", equalTo("demo"))
        .body("[0].target", equalTo("a"))
        .body("[0].chunks", contains(Map.of("first", 3, "count", 2)))
        .body("[0].sequence", equalTo(90))
        .body("[0].openedAt", equalTo("2026-01-01T00:00:00.000001Z"))
        .body("[0].closedAt", nullValue())
        .body("[0].evidence", equalTo("chunk 3 ..."));
  }

  @Test
  void anErrorThatNobodyForesawIsAProblemDetail() {
    FixedReadings.isBroken = true;
    try {
      get("/replicas")
          .then()
          .statusCode(500)
          .contentType("application/problem+json")
          .body("status", equalTo(500))
          .body("title", equalTo("Internal Server Error"))
          .body("detail", containsString("a store that makes no sense"));
    } finally {
      FixedReadings.isBroken = false;
    }
  }

  @Test
  void closedAlertsAndAll() {
    get("/alerts?state=closed")
        .then()
        .body("id", contains("two"))
        .body("[0].closedAt", equalTo("2026-01-01T00:00:00.000006Z"));
    get("/alerts?state=all").then().body("id", contains("one", "two"));
  }
}
