package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Listing and selecting metadata contexts, rule by rule. The export `demo` has no past, `past` has
/// one up to sequence 1000.
@Timeout(20)
class ContextOptionsTest {
  private static final String ACK = "1";
  private static final String INVALID = "80000003";
  private static final String UNKNOWN = "80000006";
  private static final String TOO_BIG = "80000009";
  private static final int LIST = 9;
  private static final int SET = 10;
  private static final int BLOCK_STATUS = 7;

  @TempDir Path directory;
  private ServedFile served;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    served = new ServedFile(directory, 1 << 20);
    var history = new FakeHistory(1 << 16, 1, 50, 100);
    served.exports.add(new VolumeName("past"), served.device, "", false, history);
    client = ChunkClient.structured(served);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private List<String> list(String export, String... queries) throws IOException {
    return client.ask(LIST, ChunkClient.contexts(export, queries));
  }

  /// How many contexts a request is answered about once the export is taken; 0 when it is refused.
  private int contextsOf(String export) throws IOException {
    client.go(export);
    client.request(0, BLOCK_STATUS, 1, 0, 4096);
    List<ChunkClient.Chunk> reply = client.reply();
    if (reply.getFirst().error() != 0) {
      assertThat(reply.getFirst().error()).isEqualTo(22);
      return 0;
    }
    return reply.size();
  }

  @ParameterizedTest
  @ValueSource(ints = {LIST, SET})
  void contextsNeedStructuredReplies(int option) throws IOException {
    try (RawClient plain = RawClient.tcp(served.server.port())) {
      plain.greet(RawClient.FLAGS);
      plain.option(option, ChunkClient.contexts("demo", "base:allocation"));
      assertThat(Integer.toHexString(plain.optionReply().type())).isEqualTo(INVALID);
    }
  }

  @Test
  void aListWithoutQueriesShowsAllWithIdsOfZero() throws IOException {
    assertThat(list("demo")).containsExactly("0=base:allocation", ACK);
    assertThat(list("past"))
        .containsExactly("0=base:allocation", "0=blocktail:changed-since:", ACK);
  }

  @Test
  void wildcardsShowWhatTheirNamespaceHas() throws IOException {
    assertThat(list("past", "base:")).containsExactly("0=base:allocation", ACK);
    assertThat(list("past", "blocktail:")).containsExactly("0=blocktail:changed-since:", ACK);
    assertThat(list("past", "blocktail:changed-since:", "base:", "blocktail:"))
        .containsExactly("0=blocktail:changed-since:", "0=base:allocation", ACK);
    assertThat(list("demo", "blocktail:")).containsExactly(ACK);
  }

  @Test
  void aNameShowsItselfIfThereIsSuchAContext() throws IOException {
    assertThat(list("past", "base:allocation", "blocktail:changed-since:7"))
        .containsExactly("0=base:allocation", "0=blocktail:changed-since:7", ACK);
    assertThat(list("past", "base:dirty", "blocktail:changed-since:1001")).containsExactly(ACK);
  }

  @Test
  void queriesOfAnUnknownNamespaceOrNoneAreIgnored() throws IOException {
    for (String query :
        List.of("qemu:dirty-bitmap:x", "x-y:", "base", "", ":", "base:\0", "Base:")) {
      assertThat(list("past", query)).as(query).containsExactly(ACK);
      assertThat(client.select("past", query)).as(query).containsExactly(ACK);
    }
  }

  @Test
  void selectedContextsHaveUniqueIds() throws IOException {
    assertThat(client.select("past", "blocktail:changed-since:0", "base:allocation"))
        .containsExactly("1=blocktail:changed-since:0", "2=base:allocation", ACK);
    assertThat(contextsOf("past")).isEqualTo(2);
  }

  @Test
  void aContextThatIsNamedTwiceIsSelectedOnce() throws IOException {
    assertThat(client.select("demo", "base:allocation", "base:allocation"))
        .containsExactly("1=base:allocation", ACK);
    assertThat(contextsOf("demo")).isEqualTo(1);
  }

  @Test
  void wildcardsSelectNothing() throws IOException {
    assertThat(client.select("past", "base:", "blocktail:", "blocktail:changed-since:"))
        .containsExactly(ACK);
    assertThat(contextsOf("past")).isZero();
  }

  @Test
  void anUnknownLeafOfAKnownNamespaceIsIgnored() throws IOException {
    assertThat(client.select("past", "base:nothing", "base:allocation"))
        .containsExactly("1=base:allocation", ACK);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1001",
        "9223372036854775807",
        "99999999999999999999",
        "-1",
        "+1",
        "01",
        "1 ",
        "x"
      })
  void whatIsNoSequenceOfTheVolumeIsNoContext(String sequence) throws IOException {
    assertThat(client.select("past", "blocktail:changed-since:" + sequence)).containsExactly(ACK);
    assertThat(contextsOf("past")).isZero();
  }

  @Test
  void theLastSequenceIsAContext() throws IOException {
    assertThat(client.select("past", "blocktail:changed-since:1000"))
        .containsExactly("1=blocktail:changed-since:1000", ACK);
  }

  @Test
  void anExportWithoutAPastHasNoChangedSince() throws IOException {
    assertThat(client.select("demo", "blocktail:changed-since:0")).containsExactly(ACK);
  }

  @Test
  void theLastSelectionReplacesThoseBefore() throws IOException {
    client.select("past", "base:allocation", "blocktail:changed-since:0");
    client.select("past", "base:allocation");
    assertThat(contextsOf("past")).isEqualTo(1);
  }

  @Test
  void aSelectionOfNothingSelectsNothing() throws IOException {
    client.select("past", "base:allocation");
    assertThat(client.select("past")).containsExactly(ACK);
    assertThat(contextsOf("past")).isZero();
  }

  @Test
  void aSelectionThatFailsSelectsNothing() throws IOException {
    client.select("demo", "base:allocation");
    assertThat(client.select("nobody", "base:allocation")).containsExactly(UNKNOWN);
    assertThat(contextsOf("demo")).isZero();
  }

  @Test
  void aSelectionThatIsMalformedSelectsNothing() throws IOException {
    client.select("demo", "base:allocation");
    assertThat(client.ask(SET, new byte[3])).containsExactly(INVALID);
    assertThat(contextsOf("demo")).isZero();
  }

  @Test
  void aSelectionWithTooMuchDataSelectsNothing() throws IOException {
    client.select("demo", "base:allocation");
    assertThat(client.ask(SET, new byte[20_000])).containsExactly(TOO_BIG);
    assertThat(contextsOf("demo")).isZero();
  }

  @Test
  void tooManyContextsAreRefusedAndNoneIsSelected() throws IOException {
    String[] queries =
        IntStream.range(0, 17).mapToObj(i -> "blocktail:changed-since:" + i).toArray(String[]::new);
    assertThat(client.select("past", queries)).containsExactly(TOO_BIG);
    assertThat(contextsOf("past")).isZero();
  }

  @Test
  void aSelectionForAnotherExportDoesNotCount() throws IOException {
    client.select("past", "base:allocation");
    assertThat(contextsOf("demo")).isZero();
  }

  @Test
  void aSelectionForAnExportThatWasMadeAnewDoesNotCount() throws IOException {
    client.select("demo", "base:allocation");
    served.exports.remove(ServedFile.DEMO);
    served.exports.add(ServedFile.DEMO, served.device, "another of that name");
    assertThat(contextsOf("demo")).isZero();
  }

  @Test
  void aSelectionOutlivesQuestionsAboutOtherExports() throws IOException {
    client.select("demo", "base:allocation");
    client.raw.option(6, RawClient.infoRequest("past"));
    while (client.raw.optionReply().type() == 3) {
      // until the last reply
    }
    list("past");
    assertThat(contextsOf("demo")).isEqualTo(1);
  }

  @Test
  void listForAnUnknownExportIsUnknown() throws IOException {
    assertThat(list("nobody")).containsExactly(UNKNOWN);
  }

  @ParameterizedTest
  @ValueSource(ints = {LIST, SET})
  void anOptionThatIsNotMadeAsItSaysIsInvalid(int option) throws IOException {
    for (ByteBuffer data :
        List.of(
            ByteBuffer.allocate(0),
            ByteBuffer.allocate(7),
            ByteBuffer.allocate(8).putInt(-1),
            ByteBuffer.allocate(8).putInt(5),
            ByteBuffer.allocate(8).putInt(0).putInt(1),
            ByteBuffer.allocate(12).putInt(0).putInt(-1),
            ByteBuffer.allocate(12).putInt(0).putInt(1).putInt(1),
            ByteBuffer.allocate(12).putInt(0).putInt(1).putInt(-1),
            ByteBuffer.allocate(13).putInt(0).putInt(1).putInt(0),
            ByteBuffer.allocate(5000).putInt(0).putInt(1).putInt(4988))) {
      assertThat(client.ask(option, data.array())).as("%s", data).containsExactly(INVALID);
    }
    assertThat(list("demo")).containsExactly("0=base:allocation", ACK);
  }

  @Test
  void theLongestNameAndQueryAreTaken() throws IOException {
    assertThat(list("n".repeat(4096), "q".repeat(4096))).containsExactly(UNKNOWN);
  }
}
