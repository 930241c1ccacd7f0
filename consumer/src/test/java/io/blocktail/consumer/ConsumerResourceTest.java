package io.blocktail.consumer;

import static io.restassured.RestAssured.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

/// A target that waits for its broker, and one whose directory cannot be made.
@QuarkusTest
@TestProfile(ConsumerResourceTest.TwoTargets.class)
class ConsumerResourceTest {
  public static class TwoTargets implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      try {
        Path directory = Files.createTempDirectory("consumer");
        directory.toFile().deleteOnExit();
        Files.createFile(directory.resolve("shut"));
        return Map.of(
            "blocktail.volumes.demo.targets.shut.file", directory.resolve("shut.img").toString(),
            "blocktail.volumes.demo.targets.shut.directory",
                directory.resolve("shut/own").toString(),
            "blocktail.kafka.\"bootstrap.servers\"", "127.0.0.1:1",
            "blocktail.volumes.demo.targets.replica-a.file", directory.resolve("a.img").toString(),
            "blocktail.volumes.demo.targets.replica-a.directory",
                directory.resolve("a").toString());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  @Test
  void targetThatWaitsForTheBrokerIsNotConsistent() {
    get("/targets")
        .then()
        .statusCode(200)
        .body("$", hasSize(2))
        .body("[0].name", equalTo("replica-a"))
        .body("[0].volume", equalTo("demo"))
        .body("[0].state", equalTo("initializing"))
        .body("[0].reason", startsWith("starting"))
        .body("[0].consistent", equalTo(false))
        .body("[0].epoch", equalTo(0))
        .body("[0].watermark", equalTo(0))
        .body("[0].lagChanges", nullValue())
        .body("[0].lagMillis", nullValue())
        .body("[0].appliedBytes", equalTo(0))
        .body("[0].undoneChunks", equalTo(0))
        .body("[0].file", containsString("a.img"));
  }

  @Test
  void targetWhoseDirectoryCannotBeMadeIsHaltedAndSaysWhichKeyToMend() {
    get("/targets")
        .then()
        .statusCode(200)
        .body("[1].name", equalTo("shut"))
        .body("[1].state", equalTo("halted"))
        .body("[1].consistent", equalTo(false))
        .body(
            "[1].reason",
            startsWith("blocktail.volumes.demo.targets.shut.directory: the directory "))
        .body("[1].reason", endsWith("It tries again by itself until that is mended"));
  }

  @Test
  void healthNamesTheTargets() {
    get("/q/health")
        .then()
        .statusCode(503)
        .body(
            "checks.find { it.name == 'targets' }.data.'demo/shut'",
            startsWith("halted: blocktail.volumes.demo.targets.shut.directory"))
        .body(
            "checks.find { it.name == 'targets' }.data.'demo/replica-a'",
            startsWith("initializing"))
        .body("checks.find { it.name == 'outbox' }.status", equalTo("UP"));
  }

  @Test
  void healthSaysThatTheBrokerIsAway() throws InterruptedException {
    String found = "";
    for (int i = 0; i < 100 && !found.contains("cannot be read"); i++) {
      Thread.sleep(100);
      found =
          get("/q/health")
              .path("checks.find { it.name == 'targets' }.data.'demo/replica-a'")
              .toString();
    }
    assertThat(found)
        .startsWith(
            "initializing: starting; the stream cannot be read: the broker at 127.0.0.1:1 does not answer");
  }

  @Test
  void metricsCountWhatDidNotReachTheBroker() {
    get("/q/metrics").then().body(containsString("blocktail_outbox_dropped_total "));
  }

  @Test
  void metricsHaveTheTargetsTags() {
    get("/q/metrics")
        .then()
        .statusCode(200)
        .body(
            containsString(
                "blocktail_target_consistent{target=\"replica-a\",volume=\"demo\"} 0.0"));
  }

  @Test
  void errorsAreProblemDetails() {
    get("/nothing")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("type", equalTo("about:blank"))
        .body("title", equalTo("Not Found"))
        .body("status", equalTo(404));
  }
}
