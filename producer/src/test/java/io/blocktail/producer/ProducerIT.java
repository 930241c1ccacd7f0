package io.blocktail.producer;

import static io.restassured.RestAssured.get;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;
import static org.hamcrest.Matchers.startsWith;

import io.blocktail.event.Messages;
import io.blocktail.event.Topics;
import io.blocktail.event.avro.SourceStatus;
import io.blocktail.process.BrokerProcess;
import io.blocktail.producer.publish.KafkaSettings;
import io.blocktail.volume.Request;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The whole producer with a broker: an empty volume, one that starts with content, one whose
/// journal is broken, and one whose file is missing.
@QuarkusTest
@TestProfile(ProducerIT.Volumes.class)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProducerIT {
  public static final class Volumes implements QuarkusTestProfile {
    @Override
    public List<TestResourceEntry> testResources() {
      return List.of(new TestResourceEntry(Broker.class));
    }
  }

  public static final class Broker implements QuarkusTestResourceLifecycleManager {
    private @Nullable BrokerProcess broker;

    @Override
    public Map<String, String> start() {
      try {
        Path directory = Files.createTempDirectory("producer-it");
        BrokerProcess started = BrokerProcess.start(directory.resolve("broker"));
        broker = started;
        Files.write(directory.resolve("filled.img"), "content".repeat(1 << 16).getBytes("UTF-8"));
        resize(directory.resolve("filled.img"), 2 << 20);
        Path broken = Files.createDirectories(directory.resolve("broken"));
        Files.writeString(broken.resolve("checkpoint"), "this is no checkpoint of any release");
        Files.write(directory.resolve("broken.img"), new byte[1 << 20]);
        var config = new HashMap<String, String>();
        config.put("blocktail.kafka.\"bootstrap.servers\"", started.bootstrap());
        config.put("blocktail.nbd.port", "0");
        config.put("blocktail.directory", directory + "/made");
        config.put("blocktail.journal.limit", "4M");
        config.put("blocktail.journal.segment", "1M");
        for (String name : List.of("demo", "filled", "broken")) {
          config.put("blocktail.volumes." + name + ".file", directory + "/" + name + ".img");
          config.put("blocktail.volumes." + name + ".directory", directory + "/" + name);
        }
        config.put("blocktail.volumes.gone.file", directory + "/gone.img");
        config.put("blocktail.volumes.gone.directory", directory + "/gone");
        config.put("blocktail.volumes.demo.size", "4M");
        config.put("blocktail.volumes.broken.size", "1M");
        return config;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
    }

    private static void resize(Path file, int size) throws IOException {
      try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.allocate(1), size - 1);
      }
    }

    @Override
    public void stop() {
      if (broker != null) {
        broker.close();
      }
    }
  }

  @Inject Producer producer;

  private static void await(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.sleep(20);
    }
  }

  private RunningVolume running(String name) {
    return producer.running(name).orElseThrow();
  }

  private void awaitPublished(RunningVolume volume) throws InterruptedException {
    await(() -> {
      Progress progress = volume.progress();
      return progress.published() == progress.sequence();
    });
  }

  @Test
  @Order(1)
  void volumesAreShownAsTheyAre() throws Exception {
    RunningVolume demo = running("demo");
    demo.device().write(ByteBuffer.wrap(new byte[8192]), 0);
    awaitPublished(demo);
    get("/volumes")
        .then()
        .statusCode(200)
        .contentType("application/json")
        .body("$", hasSize(4))
        .body("name", equalTo(List.of("broken", "demo", "filled", "gone")))
        .body("[1].state", equalTo("serving"))
        .body("[1].size", equalTo(4 << 20))
        .body("[1].epoch", equalTo(1))
        .body("[1].sequence", equalTo(2))
        .body("[1].forced", equalTo(2))
        .body("[1].published", equalTo(2))
        .body("[1].startedEmpty", equalTo(true))
        .body("[1].rottedChunks", equalTo(0))
        .body("[1].uuid", matchesPattern("[0-9a-f-]{36}"))
        .body("[2].startedEmpty", equalTo(false));
  }

  @Test
  @Order(2)
  void aVolumeThatCannotBeOpenedIsStoppedAndTheOthersServe() {
    get("/volumes")
        .then()
        .body("[0].state", equalTo("stopped"))
        .body("[0].reason", containsString("checkpoint"))
        .body("[3].state", equalTo("stopped"))
        .body("[3].reason", startsWith("blocktail.volumes.gone.file: there is no file "))
        .body(
            "[3].reason",
            endsWith("Mend that and restart the producer, which takes the volume up again"));
    get("/q/health/ready")
        .then()
        .statusCode(503)
        .body("checks.find { it.name == 'volumes' }.status", equalTo("DOWN"))
        .body("checks.find { it.name == 'volumes' }.data.demo", equalTo("serving"))
        .body("checks.find { it.name == 'volumes' }.data.broken", containsString("checkpoint"));
    given()
        .post("/volumes/broken/verify")
        .then()
        .statusCode(409)
        .contentType("application/problem+json")
        .body("detail", containsString("volume broken is stopped"));
  }

  @Test
  @Order(3)
  void aVolumeWithContentClosesItsFirstGap() throws Exception {
    await(() -> running("filled").volume().dirtyChunks() == 0);
  }

  @Test
  @Order(4)
  void aPassIsBegunAndFollowedToItsEnd() throws Exception {
    Number id = given().post("/volumes/demo/verify").then().statusCode(200).extract().path("pass");
    String pass = "/volumes/demo/passes/" + id;
    await(() -> get(pass).path("state").equals("finished"));
    get(pass)
        .then()
        .statusCode(200)
        .body("id", equalTo(id))
        .body("chunks", equalTo(4))
        .body("marked", equalTo(4))
        .body("onDemand", equalTo(true))
        .body("startedAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT.*Z"))
        .body("finishedAt", matchesPattern("\\d{4}-\\d\\d-\\d\\dT.*Z"));
  }

  @Test
  @Order(5)
  void whatIsNotThereIsAProblemWithADetail() {
    get("/volumes/none/passes/1")
        .then()
        .statusCode(404)
        .contentType("application/problem+json")
        .body("status", equalTo(404))
        .body("title", equalTo("Not Found"))
        .body("detail", equalTo("there is no volume 'none'"));
    get("/volumes/demo/passes/999999")
        .then()
        .statusCode(404)
        .body("detail", containsString("volume demo has no pass 999999"));
    get("/volumes/demo/passes/first")
        .then()
        .statusCode(400)
        .contentType("application/problem+json")
        .body("detail", equalTo("'first' is not the number of a pass"));
  }

  @Test
  @Order(6)
  void metricsTellOfEachVolume() {
    get("/q/metrics")
        .then()
        .statusCode(200)
        .body(containsString("blocktail_volume_sequence{volume=\"demo\"}"))
        .body(containsString("blocktail_volume_publish_lag{volume=\"filled\"}"))
        .body(containsString("blocktail_volume_journal_bytes{volume=\"demo\"}"))
        .body(containsString("blocktail_volume_changes_total{volume=\"demo\"} 1.0"))
        .body(containsString("blocktail_volume_written_bytes_total{volume=\"demo\"} 8192.0"));
  }

  /// With the smallest journal that may be configured.
  @Test
  @Order(7)
  void largeRequestsOfSeveralClientsAllGoThrough() throws Exception {
    var clients = new ArrayList<Thread>();
    var failures = new ConcurrentLinkedQueue<IOException>();
    var written = new AtomicInteger();
    for (int i = 0; i < 4; i++) {
      int bytes = i % 2 == 0 ? 1 << 20 : 512 << 10;
      clients.add(
          Thread.ofPlatform()
              .daemon()
              .start(() -> {
                for (int j = 0; j < 20; j++) {
                  var request = new Request().write(j * 4096L, ByteBuffer.allocate(bytes), false);
                  running("demo").device().execute(List.of(request), "client");
                  IOException failure = request.failure();
                  if (failure != null) {
                    failures.add(failure);
                  }
                  written.incrementAndGet();
                }
              }));
    }
    await(() -> clients.stream().noneMatch(Thread::isAlive));
    assertThat(failures).isEmpty();
    assertThat(written).hasValue(80);
    awaitPublished(running("demo"));
    get("/volumes").then().body("[1].state", equalTo("serving"));
  }

  @Test
  @Order(8)
  void aPausedVolumeIsServedAndPublishedAfterTheResume() throws Exception {
    RunningVolume demo = running("demo");
    String since =
        given().post("/volumes/demo/pause").then().statusCode(200).extract().path("pausedSince");
    long before = demo.progress().published();
    demo.device().write(ByteBuffer.wrap(new byte[4096]), 0);
    given()
        .post("/volumes/demo/pause")
        .then()
        .statusCode(200)
        .body("state", equalTo("paused"))
        .body("reason", startsWith("publishing is paused since "))
        .body("pausedSince", equalTo(since))
        .body("published", equalTo((int) before));
    given()
        .post("/volumes/demo/verify")
        .then()
        .statusCode(409)
        .body("detail", containsString("its publishing is paused"));
    get("/q/metrics").then().body(containsString("blocktail_volume_paused{volume=\"demo\"} 1.0"));
    get("/volumes").then().body("[1].state", equalTo("paused"));
    for (int i = 0; i < 2; i++) {
      given()
          .post("/volumes/demo/resume")
          .then()
          .statusCode(200)
          .body("state", equalTo("serving"))
          .body("pausedSince", nullValue());
    }
    awaitPublished(demo);
    given().post("/volumes/none/pause").then().statusCode(404);
    given().post("/volumes/broken/pause").then().statusCode(409);
  }

  @Test
  @Order(9)
  void aVolumeThatStopsSaysWhyAndTheOtherServesOn() throws Exception {
    running("filled").volume().stop("a test has stopped it");
    get("/volumes")
        .then()
        .body("[2].state", equalTo("stopped"))
        .body("[2].reason", containsString("a test has stopped it"))
        .body("[1].state", equalTo("serving"));
    running("demo").device().write(ByteBuffer.wrap(new byte[4096]), 0);
    awaitPublished(running("demo"));
    awaitStatus("filled", "stopped", "a test has stopped it");
  }

  @Test
  @Order(10)
  void aVolumeIsMadeServedAndDeletedAndItsNameIsTakenByItsHistory() throws Exception {
    create("{\"name\":\"extra\",\"size\":1048576}")
        .statusCode(201)
        .body("state", equalTo("serving"));
    RunningVolume extra = running("extra");
    extra.device().write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), 0);
    awaitPublished(extra);
    awaitStatus("extra", "serving", null);
    get("/q/metrics").then().body(containsString("blocktail_volume_sequence{volume=\"extra\"}"));
    create("{\"name\":\"extra\",\"size\":1048576}")
        .statusCode(409)
        .body("detail", equalTo("there is a volume extra already"));
    given().delete("/volumes/extra").then().statusCode(200).body("name", equalTo("extra"));
    get("/volumes").then().body("name", equalTo(List.of("broken", "demo", "filled", "gone")));
    get("/q/metrics").then().body(not(containsString("volume=\"extra\"")));
    assertThat(Path.of(extra.file())).exists();
    assertThat(Path.of(extra.file()).resolveSibling("extra")).doesNotExist();
    create("{\"name\":\"extra\"}")
        .statusCode(409)
        .body("detail", containsString("the history of a former volume of this name"));
    awaitErased("extra");
  }

  @Test
  @Order(11)
  void whatWouldGoWrongIsNotMade() {
    create("{\"size\":4096}").statusCode(400).body("detail", equalTo("a volume needs a name"));
    create("{\"name\":\"X\",\"size\":4096}").statusCode(400);
    create("{\"name\":\"x\",\"size\":4097}").statusCode(400);
    create("{\"name\":\"x\"}")
        .statusCode(400)
        .body("detail", containsString("to have it made, say its size"));
    create("{\"name\":\"x\",\"size\":4096,\"file\":\"/tmp/elsewhere.img\"}")
        .statusCode(409)
        .body("detail", containsString("set blocktail.create-anywhere"));
    create("{\"name\":\"x\",\"size\":4096,\"directory\":\"../demo\"}").statusCode(409);
    create("{\"name\":\"demo\",\"size\":4096}").statusCode(409);
    given()
        .delete("/volumes/demo")
        .then()
        .statusCode(409)
        .body("detail", containsString("remove blocktail.volumes.demo"));
    given().delete("/volumes/none").then().statusCode(404);
    get("/volumes").then().body("$", hasSize(4));
  }

  @Test
  @Order(12)
  void aVolumeWithUnpublishedChangesIsDeletedOnlyByForce() throws Exception {
    create("{\"name\":\"held\",\"size\":1048576}").statusCode(201);
    awaitPublished(running("held"));
    given().post("/volumes/held/pause").then().statusCode(200);
    running("held").device().write(ByteBuffer.wrap(new byte[4096]), 0);
    given()
        .delete("/volumes/held")
        .then()
        .statusCode(409)
        .body("detail", containsString("1 events are not published yet"));
    Path file = Path.of(running("held").file());
    given().delete("/volumes/held?force=true&data=true&stream=true").then().statusCode(200);
    assertThat(file).doesNotExist();
    create("{\"name\":\"held\",\"size\":1048576}").statusCode(201);
    RunningVolume anew = running("held");
    awaitPublished(anew);
    assertThat(anew.progress().sequence()).as("a history of its own").isEqualTo(1);
    given().delete("/volumes/held?data=true&stream=true").then().statusCode(200);
  }

  private static ValidatableResponse create(String json) {
    return given().contentType("application/json").body(json).post("/volumes").then();
  }

  @Inject ProducerConfig config;

  private void awaitStatus(String volume, String state, @Nullable String reason) throws Exception {
    awaitTold(
        volume,
        status ->
            status != null
                && status.getState().equals(state)
                && (reason == null || status.getReason().contains(reason)));
  }

  private void awaitErased(String volume) throws Exception {
    awaitTold(volume, Objects::isNull);
  }

  /// Reads the topic of status as anybody would.
  private void awaitTold(String volume, Predicate<@Nullable SourceStatus> wanted) throws Exception {
    var partition = new TopicPartition(new Topics(config.topicPrefix()).sources(), 0);
    var messages = new Messages<>(SourceStatus.class);
    try (var consumer =
        new KafkaConsumer<byte[], byte[]>(new KafkaSettings(config.kafka()).reading())) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, 0);
      long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
      while (System.nanoTime() < deadline) {
        for (var record : consumer.poll(Duration.ofMillis(200))) {
          byte[] value = record.value();
          if (new String(record.key(), StandardCharsets.UTF_8).equals(volume)
              && wanted.test(value == null ? null : messages.decode(value))) {
            return;
          }
        }
      }
    }
    throw new AssertionError("it was not told of " + volume);
  }
}
