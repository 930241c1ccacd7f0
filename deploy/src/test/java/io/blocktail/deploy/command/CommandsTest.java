package io.blocktail.deploy.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class CommandsTest {
  private FakeServices services = open();
  private final StringWriter out = new StringWriter();

  private static FakeServices open() {
    try {
      return new FakeServices();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @BeforeEach
  void demo() {
    services.withDemo().withProgress(4, 4);
  }

  @AfterEach
  void close() {
    services.close();
  }

  /// @return the exit code; a refusal is 2, as [io.blocktail.deploy] has it
  private int run(Object command, Connection connection, String... arguments) {
    connection.known = services.endpoints();
    return new CommandLine(command)
        .setOut(new PrintWriter(out))
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((exception, _, _) -> {
          if (!(exception instanceof RefusedException)) {
            throw exception;
          }
          out.write(exception.getMessage());
          return 2;
        })
        .execute(arguments);
  }

  private int verify(String... arguments) {
    var command = new VerifyCommand();
    command.settling = Duration.ofMillis(300);
    return run(command, command.connection, arguments);
  }

  private int status(String... arguments) {
    var command = new StatusCommand();
    return run(command, command.connection, arguments);
  }

  private int volumes(String... arguments) {
    var command = new VolumesCommand();
    return run(command, command.connection, arguments);
  }

  private int scanning(String... arguments) {
    var command = new ScanCommand();
    return run(command, command.connection, arguments);
  }

  private int scans(String... arguments) {
    var command = new ScansCommand();
    return run(command, command.connection, arguments);
  }

  private JsonNode json() throws IOException {
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void verifyEndsWithZeroWhenEveryTargetIsProvedByThisPass() {
    assertThat(verify("demo")).isZero();

    assertThat(out.toString())
        .contains("demo/a: equal, proved by pass 7", "demo/b: equal, proved by pass 7");
    assertThat(services.asked).contains("POST /volumes/demo/verify");
  }

  @Test
  void verifyNamesWhatIsMissing() {
    services.withProgress(4, 3);

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString())
        .contains("demo/a: equal, proved by pass 7")
        .contains(
            "demo/b: NOT proved by pass 7: 3 of 4 chunks proved, 1 chunks diverged, following")
        .contains("no progress for 1 s");
  }

  @Test
  void theProofOfAnEarlierPassDoesNotCountAndThatOfALaterOneDoes() {
    services.reply("GET /replicas", replicas("u", 0, 8, 6));
    services.reply("GET /targets", BEHIND);

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString())
        .contains(
            "demo/a: equal, proved by pass 8",
            "demo/b: NOT proved by pass 7: no chunk proved by pass 7");
  }

  @Test
  void theProofOfAnotherVolumeOfThatNameDoesNotCount() {
    services.reply("GET /replicas", replicas("former", 0, 7, 7));
    services.reply("GET /targets", BEHIND);

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString()).contains("the validator knows another volume of this name");
  }

  @Test
  void aChunkThatDiffersSinceTheProofIsNotPassedOver() {
    services.reply("GET /replicas", replicas("u", 1, 7, 7));

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString()).contains("demo/a: NOT proved", "1 chunks diverged");
  }

  @Test
  void aPassThatLeftASoundTargetUnprovedIsFollowedByAnother() {
    services.reply("GET /replicas", replicas("u", 0, 7, 6));
    passEightShows(replicas("u", 0, 7, 8));

    assertThat(verify("demo", "--timeout", "20")).isZero();

    assertThat(out.toString())
        .contains("demo/a: equal, proved by pass 7", "demo/b: equal, proved by pass 8");
    assertThat(passesStarted()).isEqualTo(2);
  }

  /// What the validator says once pass 8, which may follow, is finished.
  private void passEightShows(String replicas) {
    services.onCall(
        "GET /volumes/demo/passes/7",
        () -> services.reply("POST /volumes/demo/verify", "{\"pass\":8}"));
    services.reply(
        "GET /volumes/demo/passes/8",
        "{\"id\":8,\"state\":\"finished\",\"chunks\":4,\"marked\":4}");
    services.onCall("GET /volumes/demo/passes/8", () -> services.reply("GET /replicas", replicas));
  }

  @Test
  void passesAreNotStartedForEver() {
    services.reply("GET /replicas", replicas("u", 0, 7, 6));
    var next = new AtomicInteger(7);
    services.onCall(
        "POST /volumes/demo/verify",
        () -> {
          int pass = next.getAndIncrement();
          services.reply("POST /volumes/demo/verify", "{\"pass\":%d}".formatted(pass));
          services.reply(
              "GET /volumes/demo/passes/" + pass,
              "{\"id\":%d,\"state\":\"finished\",\"chunks\":4,\"marked\":4}".formatted(pass));
        });

    assertThat(verify("demo", "--timeout", "20")).isEqualTo(1);

    assertThat(passesStarted()).isEqualTo(10);
    assertThat(out.toString())
        .contains("demo/b: NOT proved by pass 16", "10 passes have left demo/b unproved: given up");
  }

  @Test
  void aValidatorThatHasNotComeToThePassIsWaitedFor() {
    services.reply("GET /replicas", replicas("u", 0, 7, 6).replace("\"pass\":99", "\"pass\":6"));

    assertThat(verify("demo", "--timeout", "2")).isEqualTo(1);

    assertThat(passesStarted()).isEqualTo(1);
  }

  @Test
  void aTargetThatIsNotWellIsNoReasonForAnotherPass() {
    services.reply("GET /replicas", replicas("u", 0, 7, 6));
    services.reply("GET /targets", BEHIND);

    assertThat(verify("demo", "--timeout", "2")).isEqualTo(1);

    assertThat(passesStarted()).isEqualTo(1);
    assertThat(out.toString()).contains("no progress for 2 s: given up");
  }

  @Test
  void anAccusedSourceEndsTheVerificationAndIsNamed() {
    services.withProgress(3, 3);
    services.reply("GET /alerts?state=open", ROT);

    assertThat(verify("demo")).isEqualTo(1);

    assertThat(out.toString())
        .contains("! source-rot of demo, chunks 1: a and b agree")
        .contains("the source itself is accused: source-rot: given up");
    assertThat(passesStarted()).isEqualTo(1);
  }

  @Test
  void anAccusedSourceIsNoSuccessThoughEveryTargetIsProved() {
    services.reply("GET /alerts?state=open", ROT);

    assertThat(verify("demo")).isEqualTo(1);

    assertThat(out.toString()).contains("demo/a: equal, proved by pass 7", "source-rot of demo");
  }

  private static final String ROT =
      """
      [{"id":"x1","kind":"source-rot","volume":"demo","target":null,"chunks":[{"first":1,"count":1}],
        "sequence":12,"openedAt":"2026-01-01T00:00:00Z","closedAt":null,
        "evidence":"a and b agree"}]\
      """;

  /// Target `a` follows, `b` is in a gap.
  private static final String BEHIND =
      """
      [{"name":"a","volume":"demo","state":"following","consistent":true,"file":"/d/a.img"},
       {"name":"b","volume":"demo","state":"resyncing","consistent":false,"file":"/d/b.img"}]\
      """;

  /// With the passes that have proved them.
  private static String replicas(String volumeId, int diverged, int a, int b) {
    String one =
        """
        {"volume":"demo","volumeId":"%s","target":"%s","verdict":"unknown","divergedChunks":%d,
         "proof":{"pass":%d,"chunks":4},"lastPass":{"pass":99,"equal":1,"of":4}}\
        """;
    return "[%s,%s]"
        .formatted(
            one.formatted(volumeId, "a", diverged, a), one.formatted(volumeId, "b", diverged, b));
  }

  private long passesStarted() {
    return services.asked.stream().filter(call -> call.startsWith("POST")).count();
  }

  @Test
  void aTargetThatTheValidatorDoesNotKnowIsNotProved() {
    services.reply("GET /replicas", "[]");

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString())
        .contains("demo/a: NOT proved", "the validator has no answer about it");
  }

  @Test
  void aReplicaThatAnotherConsumerKeepsMustBeProvedToo() {
    services.reply("GET /replicas", withOffsite("diverged", 1, 6));

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString())
        .contains("demo/a: equal, proved by pass 7", "demo/b: equal, proved by pass 7")
        .contains(
            "demo/offsite: NOT proved by pass 7: 3 of 4 chunks proved, 1 chunks diverged, the"
                + " consumer does not tell of it");
  }

  @Test
  void aReplicaThatAnotherConsumerKeepsIsNamedThoughTheValidatorTellsOfItLate() {
    services.onCall(
        "GET /volumes/demo/passes/7",
        () -> services.reply("GET /replicas", withOffsite("unknown", 0, 6)));
    services.reply("GET /replicas", 503, "{\"detail\":\"the stores are being restored\"}");

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString()).contains("demo/offsite: NOT proved by pass");
  }

  @Test
  void aPassThatLeftAHealedReplicaOfAnotherConsumerUnprovedIsFollowedByAnother() {
    services.reply("GET /replicas", withOffsite("unknown", 0, 6));
    passEightShows(withOffsite("equal", 0, 8));

    assertThat(verify("demo", "--timeout", "20")).isZero();

    assertThat(out.toString()).contains("demo/offsite: equal, proved by pass 8");
    assertThat(passesStarted()).isEqualTo(2);
  }

  /// Targets `a` and `b` proved by pass 7, and one that is not in `/targets`.
  private static String withOffsite(String verdict, int diverged, int provedBy) {
    String offsite =
        """
        {"volume":"demo","volumeId":"u","target":"offsite","verdict":"%s","divergedChunks":%d,
         "proof":{"pass":%d,"chunks":4},"lastPass":{"pass":7,"equal":3,"of":4}}\
        """
            .formatted(verdict, diverged, provedBy);
    return replicas("u", 0, 7, 7).replaceFirst("]$", "," + offsite + "]");
  }

  @Test
  void aValidatorThatIsNotReadyIsNoProofAndIsNamed() {
    services.reply("GET /replicas", 503, "{\"detail\":\"the stores are being restored\"}");

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(out.toString()).contains("answers 503: the stores are being restored");
  }

  @Test
  void aPassThatEndedWithItsProducerIsStartedAgain() {
    services.withProgress(3, 3);
    services.reply("GET /volumes/demo/passes/7", 404, "{\"detail\":\"gone\"}");

    assertThat(verify("demo", "--timeout", "1")).isEqualTo(1);

    assertThat(services.asked.stream().filter(call -> call.startsWith("POST")))
        .hasSizeBetween(2, 10);
  }

  @Test
  void aChunkOfTheSourceThatCannotBeReadEndsTheVerificationAndIsNamed() {
    services.withProgress(3, 3);
    services.reply(
        "GET /volumes/demo/passes/7",
        """
        {"id":7,"state":"abandoned","chunks":4,"marked":3,
         "reason":"chunk 2 was not marked: Input/output error"}\
        """);

    assertThat(verify("demo")).isEqualTo(1);

    assertThat(out.toString())
        .contains("demo/a: NOT proved by pass 7: 3 of 4 chunks proved")
        .contains("pass 7 was abandoned: chunk 2 was not marked: Input/output error: given up")
        .doesNotContain("ended with the producer");
    assertThat(passesStarted()).isEqualTo(1);
  }

  @Test
  void verifyWithoutTargetsIsNoSuccess() {
    services.reply("GET /targets", "[]");
    services.reply("GET /replicas", "[]");

    assertThat(verify("demo")).isEqualTo(2);

    assertThat(out.toString()).contains("no target follows volume demo");
  }

  @Test
  void anUnknownVolumeIsRefusedNamingThoseThatAreThere() {
    assertThat(verify("other")).isEqualTo(2);

    assertThat(out.toString()).contains("there is no volume other; there are: demo");
  }

  @Test
  void verifyPrintsOneDocument() throws IOException {
    assertThat(verify("demo", "--json")).isZero();

    assertThat(json().path("proved").asBoolean()).isTrue();
    assertThat(json().path("pass").asLong()).isEqualTo(7);
    assertThat(json().path("targets")).hasSize(2);
  }

  @Test
  void statusShowsItAll() {
    assertThat(status()).isZero();

    assertThat(out.toString()).contains("demo", "4M", "serving", "demo/a", "following", "equal");
  }

  @Test
  void statusSaysWhatWasNeverVerifiedAndIsNotTroubledByIt() throws IOException {
    services.reply(
        "GET /replicas",
        """
        [{"volume":"demo","volumeId":"u","target":"a","verdict":"unknown","divergedChunks":0},
         {"volume":"demo","volumeId":"u","target":"b","verdict":"equal","divergedChunks":0,
          "proof":{"pass":7,"chunks":4}}]\
        """);

    assertThat(status()).isZero();
    assertThat(out.toString())
        .contains("? target demo/a: not verified yet")
        .doesNotContain("? target demo/b");

    out.getBuffer().setLength(0);
    assertThat(status("--json")).isZero();
    assertThat(json().path("notVerifiedYet").valueStream().map(JsonNode::asText))
        .containsExactly("demo/a");
  }

  @Test
  void aVolumeIsPausedAndResumed() throws IOException {
    services.reply(
        "POST /volumes/demo/pause",
        "{\"name\":\"demo\",\"size\":4096,\"state\":\"paused\",\"reason\":\"since noon\",\"file\":\"/f\"}");
    services.reply(
        "POST /volumes/demo/resume",
        "{\"name\":\"demo\",\"size\":4096,\"state\":\"serving\",\"file\":\"/f\"}");

    assertThat(volumes("pause", "demo")).isZero();
    assertThat(out.toString()).contains("demo", "paused: since noon");

    out.getBuffer().setLength(0);
    assertThat(volumes("resume", "demo", "--json")).isZero();
    assertThat(json().path("state").asText()).isEqualTo("serving");

    assertThat(volumes("pause", "other")).isEqualTo(2);
  }

  @Test
  void aVolumeIsMadeGrownLockedAndDeleted() {
    String extra = "{\"name\":\"extra\",\"size\":4096,\"state\":\"serving\",\"file\":\"/f\"}";
    services.reply("POST /volumes", 201, extra);
    services.reply("POST /volumes/extra/grow", extra);
    services.reply("POST /volumes/extra/read-only?on=true", extra);
    services.reply("POST /volumes/extra/read-only?on=false", extra);
    services.reply(
        "DELETE /volumes/extra?force=false&data=true&stream=false", "{\"name\":\"extra\"}");

    assertThat(volumes("create", "extra", "4K", "--read-only")).isZero();
    assertThat(volumes("grow", "extra", "8K")).isZero();
    assertThat(volumes("read-only", "extra")).isZero();
    assertThat(volumes("read-only", "extra", "--off")).isZero();
    assertThat(volumes("delete", "extra", "--data")).isZero();
    assertThat(out.toString()).contains("volume extra is deleted");

    assertThat(volumes("grow", "extra", "8")).isEqualTo(2);
    assertThat(volumes("delete", "extra")).isEqualTo(2);
  }

  @Test
  void volumesAreListedWithAndWithoutTheWord() {
    assertThat(volumes()).isZero();
    assertThat(volumes("list")).isZero();
    assertThat(out.toString().split("demo", -1)).hasSize(3);
  }

  @Test
  void aPausedVolumeIsNotWell() {
    services.reply(
        "GET /volumes",
        "[{\"name\":\"demo\",\"size\":4096,\"state\":\"paused\",\"reason\":\"since noon\",\"file\":\"/f\"}]");

    assertThat(status()).isEqualTo(1);

    assertThat(out.toString()).contains("! volume demo is paused");
  }

  @Test
  void statusOfATargetThatTheValidatorFoundDivergedIsOne() {
    services.withProgress(4, 3);

    assertThat(status()).isEqualTo(1);

    assertThat(out.toString())
        .contains("! target demo/b: the validator's verdict is diverged")
        .doesNotContain("! target demo/a");
  }

  @Test
  void statusOfAHaltedTargetIsOne() throws IOException {
    services.reply(
        "GET /targets",
        """
        [{"name":"a","volume":"demo","state":"halted","reason":"a hole","consistent":false,
          "file":"/d/a.img"}]\
        """);

    assertThat(status("--json")).isEqualTo(1);

    assertThat(json().path("well").asBoolean()).isFalse();
    assertThat(json().path("troubles").path(0).asText()).isEqualTo("target demo/a is halted");
  }

  @Test
  void statusOfWhatIsCutOffFromKafkaIsOne() throws IOException {
    services.reply(
        "GET /volumes",
        """
        [{"name":"demo","size":4194304,"state":"serving","reason":"Kafka has acknowledged nothing",
          "file":"/d/demo.img"}]\
        """);
    services.reply(
        "GET /targets",
        """
        [{"name":"a","volume":"demo","state":"following","reason":"the stream cannot be read",
          "consistent":true,"lagChanges":null,"lagMillis":null,"file":"/d/a.img"}]\
        """);

    assertThat(status("--json")).isEqualTo(1);

    assertThat(json().path("troubles").valueStream().map(JsonNode::asText))
        .containsExactly(
            "volume demo: Kafka has acknowledged nothing",
            "target demo/a: how far it is behind is not known: the stream cannot be read");
  }

  @Test
  void anAnswerWithoutWhatMatterIsNotUnderstood() {
    services.reply(
        "GET /targets", "[{\"name\":\"a\",\"volume\":\"demo\",\"state\":\"following\"}]");

    assertThat(status()).isEqualTo(1);

    assertThat(out.toString()).contains("not what this release understands", "consistent");
  }

  @Test
  void nothingThereSaysWhatToDo() {
    services.close();

    assertThat(status()).isEqualTo(2);

    assertThat(out.toString())
        .contains("nothing answers at", "is deploy/up running?", "--port-offset");
    services = open();
  }

  @Test
  void alertsAreAskedByState() {
    services.reply(
        "GET /alerts?state=closed",
        """
        [{"id":"x1","kind":"divergence","volume":"demo","target":"a","chunks":[{"first":3,"count":1},
          {"first":7,"count":2}],"sequence":12,"openedAt":"2026-01-01T00:00:00Z",
          "closedAt":"2026-01-01T00:00:01Z","evidence":"digests"}]\
        """);
    var command = new AlertsCommand();

    assertThat(run(command, command.connection, "--state", "closed")).isZero();

    assertThat(out.toString())
        .contains("x1", "divergence", "demo/a", "3, 7-8", "2026-01-01T00:00:01Z");
  }

  private static String scan(String state, String reason) {
    return """
    {"id":7,"trigger":"demand","all":true,"state":"%s","startedAt":"2026-11-28T12:00:00Z",
     "endedAt":null,"chunks":4,"seenChunks":4,"changedChunks":1,"blocks":3,"bytes":12288,
     "fromSequence":20,"toSequence":29,"unquiet":true,"reason":%s}\
    """
        .formatted(state, reason);
  }

  @Test
  void scanEndsWithZeroWhenItIsFinishedAndNamesItsSequence() {
    services.reply("POST /volumes/demo/scan", "{\"scan\":7}");
    services.reply("GET /volumes/demo/scans/7", scan("finished", "null"));
    assertThat(scanning("demo")).isZero();
    assertThat(out.toString())
        .contains(
            "scan 7: 1 of 4 chunks had news, 3 blocks published; its content is that of sequence 29")
        .contains("! the file was written to while it was read");
  }

  @Test
  void scanEndsWithOneWhenItFailed() {
    services.reply("POST /volumes/demo/pull", "{\"scan\":7}");
    services.reply("GET /volumes/demo/scans/7", scan("failed", "\"the server is gone\""));
    assertThat(scanning("--pull", "demo")).isEqualTo(1);
    assertThat(out.toString()).contains("scan 7 FAILED: the server is gone");
  }

  @Test
  void scanOnlyStartsItWhenNobodyWaits() {
    services.reply("POST /volumes/demo/scan", "{\"scan\":7}");
    assertThat(scanning("--no-wait", "demo")).isZero();
    assertThat(services.asked).containsExactly("POST /volumes/demo/scan");
  }

  @Test
  void scanThatMakesNoProgressIsGivenUp() {
    services.reply("POST /volumes/demo/scan", "{\"scan\":7}");
    services.reply("GET /volumes/demo/scans/7", scan("running", "null"));
    assertThat(scanning("--timeout", "1", "demo")).isEqualTo(1);
    assertThat(out.toString()).contains("given up: no progress for 1 s");
  }

  @Test
  void scanOfAVolumeThatClientsWriteIsRefused() {
    services.reply("POST /volumes/demo/scan", 409, "{\"detail\":\"there is nothing to scan\"}");
    assertThat(scanning("demo")).isEqualTo(2);
  }

  @Test
  void scansNamesTheSequenceOfEach() {
    services.reply("GET /volumes/demo/scans", "[" + scan("finished", "null") + "]");
    assertThat(scans("demo")).isZero();
    assertThat(out.toString()).contains("SEQUENCE").contains("finished (unquiet)").contains("29");
  }
}
