package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Target;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Framing;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong is named, everything else goes on, and nothing is lost. One system for all.
@Timeout(300)
class BadInputIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int BLOCK = 4096;

  @TempDir static Path shared;

  private static RunningSystem system;

  @TempDir Path temporary;

  @BeforeAll
  static void start() throws Exception {
    system = RunningSystem.start(shared, "--volume", "demo=16M", "--volume", "other=8M");
  }

  @AfterAll
  static void stop() {
    system.close();
  }

  @Test
  void upRefusesATargetThatIsSmallerThanItsVolume() throws Exception {
    Path small = Files.write(temporary.resolve("small.img"), new byte[1 << 20]);

    assertThat(refused("--volume", "demo=2M", "--target", "demo/small=" + small))
        .contains(
            "target demo/small: " + small + " has 1048576 bytes, but volume demo has 2097152");
  }

  @Test
  void upRefusesAVolumeFileThatIsMissing() throws Exception {
    Path missing = temporary.resolve("missing.img");

    assertThat(refused("--volume", "demo=" + missing))
        .contains("volume demo: there is no file " + missing);
  }

  @Test
  void upRefusesADirectoryThatCannotBeWrittenTo() throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));

    assertThat(refused("--dir", file.resolve("dir").toString()))
        .contains(file + " is not a directory that can be written to");
  }

  @Test
  void upRefusesABusyPort() throws Exception {
    assertThat(refused("--port-offset", "" + system.offset()))
        .contains("busy: port %d (the console)".formatted(8080 + system.offset()))
        .contains("port %d (NBD)".formatted(10809 + system.offset()));
  }

  @Test
  void upRefusesTheImageOfAnotherUpThatRuns() throws Exception {
    Path image = system.image("other");
    Path replica = system.image("other", "replica-a");

    assertThat(refused("--volume", "mine=" + image))
        .contains("volume mine: " + image)
        .contains("it is in use as a volume or target by somebody else");
    assertThat(refused("--volume", "mine=8M", "--target", "mine/copy=" + replica))
        .contains("target mine/copy: " + replica)
        .contains("it is in use as a volume or target by somebody else");
    assertNothingElseIsDisturbed();
  }

  @Test
  void theProducerRefusesAFileThatAnotherProducerServes() throws Exception {
    Path link = Files.createLink(system.directory().resolve("link.img"), system.image("other"));
    try (var producer =
        producer(
            Map.of(
                "blocktail.volumes.mine.file",
                link.toString(),
                "blocktail.volumes.mine.directory",
                temporary.resolve("mine").toString()))) {
      system.await(
          "the producer names volume and file",
          PATIENCE,
          () ->
              producer.output().contains("blocktail.volumes.mine.file")
                  && producer.output().contains(link + ": it is in use as a volume or target"));
    }
    assertNothingElseIsDisturbed();
  }

  /// @return what `up` printed, which created nothing
  private String refused(String... options) throws Exception {
    Path directory = temporary.resolve("refused");
    var arguments = new ArrayList<>(List.of(options));
    if (!arguments.contains("--dir")) {
      arguments.addAll(List.of("--dir", directory.toString()));
    }
    Script.Result result = Script.run(PATIENCE, "up", arguments);
    assertThat(result.exit()).as(result.printed()).isEqualTo(2);
    assertThat(directory).doesNotExist();
    return result.printed();
  }

  @Test
  void everyServiceRefusesAnUnknownKey() throws Exception {
    for (String module : List.of("producer", "consumer", "streams-validator")) {
      var settings = Map.of("blocktail.no-such-key", "1");
      try (var service = DirectService.start(system, module, temporary, settings)) {
        assertThat(service.awaitEnd()).as(service.output()).isNotZero();
        assertThat(service.output()).contains("blocktail.no-such-key");
      }
    }
    assertNothingElseIsDisturbed();
  }

  @Test
  void aVolumeFileThatIsMissingStopsThatVolumeAndAnotherOneIsServed() throws Exception {
    Path missing = temporary.resolve("missing.img");
    assertStoppedAlone(
        "beside-missing",
        missing,
        temporary.resolve("state"),
        "blocktail.volumes.bad.file: there is no file " + missing);
  }

  @Test
  void aDirectoryThatCannotBeWrittenToStopsItsVolumeAndAnotherOneIsServed() throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));
    Path directory = file.resolve("state");
    assertStoppedAlone(
        "beside-shut",
        temporary.resolve("bad.img"),
        directory,
        "blocktail.volumes.bad.directory: the directory " + directory + " cannot be used: " + file);
  }

  /// @param beside a volume that no other test has: its stream stays
  private void assertStoppedAlone(String beside, Path file, Path directory, String reason)
      throws Exception {
    String prefix = "blocktail.volumes.";
    var volumes =
        Map.of(
            prefix + "bad.file", file.toString(),
            prefix + "bad.directory", directory.toString(),
            prefix + beside + ".file", temporary.resolve("good.img").toString(),
            prefix + beside + ".size", "1M",
            prefix + beside + ".directory", temporary.resolve("good").toString());
    try (var producer = producer(volumes)) {
      system.await(
          "one volume is stopped and the other one serves",
          PATIENCE,
          () -> {
            String told = get("http://127.0.0.1:%d/volumes".formatted(producer.port()));
            return told.contains("\"stopped\"")
                && told.contains(reason)
                && told.contains("restart the producer, which takes the volume up again")
                && told.contains("\"serving\"");
          });
      assertThat(producer.output()).contains("volume bad is stopped: " + reason);
    }
    assertNothingElseIsDisturbed();
  }

  @Test
  void theProducerNamesANbdPortThatIsBusy() throws Exception {
    String busy = "" + (10809 + system.offset());
    try (var producer =
        DirectService.start(system, "producer", temporary, Map.of("blocktail.nbd.port", busy))) {
      assertThat(producer.awaitEnd()).isNotZero();
      assertThat(producer.output()).contains("blocktail.nbd.host, .port").contains("port " + busy);
    }
    assertNothingElseIsDisturbed();
  }

  private DirectService producer(Map<String, String> volume) throws IOException {
    var settings = new java.util.HashMap<>(volume);
    settings.put("blocktail.nbd.port", "0");
    return DirectService.start(system, "producer", temporary, settings);
  }

  @Test
  void aTargetThatIsSmallerThanItsVolumeHaltsAndAnotherOneOfTheSameConsumerFollows()
      throws Exception {
    Path small = Files.write(temporary.resolve("small.img"), new byte[1 << 20]);
    Path right = temporary.resolve("right.img");
    String targets = "blocktail.volumes.other.targets.";
    var settings =
        Map.of(
            targets + "small.file", small.toString(),
            targets + "small.directory", temporary.resolve("small").toString(),
            targets + "right.file", right.toString(),
            targets + "right.directory", temporary.resolve("right").toString());
    try (var consumer = DirectService.start(system, "consumer", temporary, settings)) {
      system.await(
          "the small target is halted and the other one follows",
          PATIENCE,
          () -> {
            String told = get("http://127.0.0.1:%d/targets".formatted(consumer.port()));
            return told.contains(small + " is smaller than its volume: it has 1048576 bytes")
                && told.contains("\"following\"");
          });
      ForeignTool.require("cmp", "diffutils").run(system.image("other"), right);
    }
    assertNothingElseIsDisturbed();
  }

  private static String get(String address) throws IOException {
    try (var http = HttpClient.newHttpClient()) {
      return http.send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.ofString())
          .body();
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a test", e);
    }
  }

  @Test
  void aTargetWhoseDirectoryCannotBeWrittenToHaltsAndAnotherOneOfTheSameConsumerFollows()
      throws Exception {
    Path file = Files.createFile(temporary.resolve("file"));
    Path right = temporary.resolve("right.img");
    String targets = "blocktail.volumes.other.targets.";
    var settings =
        Map.of(
            targets + "shut.file", temporary.resolve("shut.img").toString(),
            targets + "shut.directory", file.resolve("own").toString(),
            targets + "right.file", right.toString(),
            targets + "right.directory", temporary.resolve("right").toString());
    try (var consumer = DirectService.start(system, "consumer", temporary, settings)) {
      system.await(
          "one target is halted and the other one follows",
          PATIENCE,
          () -> {
            String told = get("http://127.0.0.1:%d/targets".formatted(consumer.port()));
            return told.contains("\"halted\"")
                && told.contains(targets + "shut.directory: the directory " + file)
                && told.contains("\"following\"");
          });
      ForeignTool.require("cmp", "diffutils").run(system.image("other"), right);
    }
    assertNothingElseIsDisturbed();
  }

  @Test
  void garbageClientsCostNobodyElseAnything() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var random = new Random(seed);
    SteadyWrites load = SteadyWrites.start(system.unix("demo"));
    for (int i = 0; i < 30; i++) {
      byte[] garbage = new byte[1 + random.nextInt(64 << 10)];
      random.nextBytes(garbage);
      if (i % 2 == 1) {
        // the client's flags, so that the rest is taken for options
        ByteBuffer.wrap(garbage, 0, Math.min(4, garbage.length)).put((byte) 0);
      }
      try (var socket = new Socket(InetAddress.getLoopbackAddress(), 10809 + system.offset())) {
        socket.getOutputStream().write(garbage);
        socket.shutdownOutput();
        socket.setSoTimeout((int) PATIENCE.toMillis());
        socket.getInputStream().readAllBytes(); // ends when the server hangs up
      } catch (java.net.SocketTimeoutException e) {
        throw new AssertionError("the server keeps a garbage client, seed " + seed, e);
      } catch (java.net.SocketException hungUpAtOnce) {
        // while it was being written to
      }
    }
    load.stop();
    ForeignTool.require("nbdinfo", "libnbd-bin").run(system.tcp("demo"));
    assertNothingElseIsDisturbed();
  }

  @Test
  void aRecordWithAWrongChecksumIsHealed() throws Exception {
    byte[] record = write(sequence() + 1_000_000, sequence(), 0);
    record[record.length - 1] ^= 1;

    assertHealedAfter(record, "checksum");
  }

  @Test
  void aRecordOfAnUnknownSchemaIsHealed() throws Exception {
    byte[] record = write(sequence() + 1_000_000, sequence(), 0);
    record[5] ^= 1; // of the schema's fingerprint

    assertHealedAfter(record, "its schema's fingerprint is");
  }

  @Test
  void aRecordWithAnOffsetOutsideOfTheVolumeIsHealed() throws Exception {
    assertHealedAfter(
        write(sequence() + 1_000_000, sequence(), 16 << 20),
        "its range 16777216+4096 is outside of the volume's 16777216 bytes");
  }

  private static long sequence() throws IOException {
    Long sequence =
        system.volumes().stream()
            .filter(volume -> volume.name().equals("demo"))
            .findFirst()
            .orElseThrow()
            .published();
    return sequence == null ? 0 : sequence;
  }

  /// A record as the producer would send it, of one block.
  private static byte[] write(long sequence, long previous, long offset) {
    ByteBuffer data = ByteBuffer.allocate(BLOCK);
    new Random(3).nextBytes(data.array());
    var event = new Event(sequence, previous, 1, 0, "a stranger", new Body.Write(offset, data));
    var record = ByteBuffer.allocate(Framing.HEADER + EventCodec.MAX_HEAD + BLOCK);
    EventCodec.FRAMING.write(record);
    EventCodec.encodeHead(event, record);
    record.put(data);
    byte[] bytes = new byte[record.flip().remaining()];
    record.get(bytes);
    return bytes;
  }

  /// Puts a record that cannot be believed onto the stream while clients write, and waits until
  /// both targets have halted, said why, and been healed.
  private void assertHealedAfter(byte[] record, String reason) throws Exception {
    long before = halts(reason);
    SteadyWrites load = SteadyWrites.start(system.unix("demo"));
    system.await("writes under way", PATIENCE, () -> load.rounds() > 1);
    send(record);
    system.await("both targets halt", PATIENCE, () -> halts(reason) >= before + 2);
    int then = load.rounds();
    system.await(
        "both targets follow again while writes go on",
        PATIENCE,
        () -> system.targets().stream().allMatch(Target::consistent) && load.rounds() > then + 1);
    load.stop();
    assertNothingElseIsDisturbed();
  }

  private static void send(byte[] record) throws Exception {
    try (var kafka =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", (Object) DirectService.kafka(system)),
            new StringSerializer(),
            new ByteArraySerializer())) {
      kafka.send(new ProducerRecord<>("blocktail.changes.demo", "demo", record)).get();
    }
  }

  /// How often a target of demo has halted for that reason, by the consumer's log.
  private static long halts(String reason) throws IOException {
    try (var lines = Files.lines(system.directory().resolve("logs").resolve("consumer.log"))) {
      return lines
          .filter(line -> line.contains("demo/") && line.contains("→ halted"))
          .filter(line -> line.contains(reason))
          .count();
    }
  }

  private static void assertNothingElseIsDisturbed() throws Exception {
    for (String volume : List.of("demo", "other")) {
      ForeignTool.require("qemu-io", "qemu-utils")
          .run("-f", "raw", "-c", "write -P 9 7M 64k", system.tcp(volume));
      system.awaitFollowed(volume);
      system.assertReplicasEqual(volume);
    }
    try (var lines = Files.lines(system.directory().resolve("logs").resolve("consumer.log"))) {
      assertThat(lines.filter(line -> line.contains("other/") && line.contains("→ halted")))
          .as("halts of another volume's targets")
          .isEmpty();
    }
  }
}
