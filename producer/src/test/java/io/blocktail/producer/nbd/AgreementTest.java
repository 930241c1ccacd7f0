package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.RawClient.OptionReply;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a client and the server agree on in the handshake, and until when it counts.
@Timeout(30)
class AgreementTest {
  private static final int ACK = 1;
  private static final int INVALID = 0x80000003;
  private static final int STRUCTURED_REPLY = 8;
  private static final int SET_META_CONTEXT = 10;
  private static final int EXTENDED_HEADERS = 11;

  @TempDir Path directory;
  private ServedFile served;
  private RawClient client;

  @BeforeEach
  void connect() throws IOException {
    served =
        new ServedFile(
            directory,
            ServedFile.file(directory, 1 << 20),
            ServedFile.tls(TlsMode.ALLOWED, false),
            new NbdLimits());
    client = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private int ask(int option, byte... data) throws IOException {
    client.option(option, data);
    OptionReply reply = client.optionReply();
    while (reply.type() == 4) {
      reply = client.optionReply();
    }
    return reply.type();
  }

  @ParameterizedTest
  @ValueSource(ints = {STRUCTURED_REPLY, EXTENDED_HEADERS})
  void whatIsAskedForWithDataIsInvalidAndNotAgreedOn(int option) throws IOException {
    assertThat(ask(option, (byte) 1)).isEqualTo(INVALID);
    client.choose("demo");
    assertThat(client.readBack(0, 4)).containsOnly(0); // in a simple reply
  }

  @Test
  void whatIsAskedForTwiceIsAgreedOn() throws IOException {
    assertThat(ask(STRUCTURED_REPLY)).isEqualTo(ACK);
    assertThat(ask(STRUCTURED_REPLY)).isEqualTo(ACK);
    assertThat(ask(EXTENDED_HEADERS)).isEqualTo(ACK);
    assertThat(ask(EXTENDED_HEADERS)).isEqualTo(ACK);
  }

  @ParameterizedTest
  @ValueSource(ints = {STRUCTURED_REPLY, EXTENDED_HEADERS})
  void nothingThatWasAgreedOnInTheOpenCountsInTls(int option) throws IOException {
    assertThat(ask(option)).isEqualTo(ACK);
    assertThat(ask(SET_META_CONTEXT, ChunkClient.contexts("demo", "base:allocation")))
        .isEqualTo(ACK);
    client.startTls(Certificates.get().context(null));
    assertThat(ask(SET_META_CONTEXT, ChunkClient.contexts("demo", "base:allocation")))
        .isEqualTo(INVALID);
    client.choose("demo");
    assertThat(client.readBack(0, 4)).containsOnly(0);
  }

  @Test
  void contextsThatWereSelectedInTheOpenDoNotCountInTls() throws IOException {
    ask(STRUCTURED_REPLY);
    ask(SET_META_CONTEXT, ChunkClient.contexts("demo", "base:allocation"));
    client.startTls(Certificates.get().context(null));
    ask(STRUCTURED_REPLY);
    client.choose("demo");
    client.request(0, 7, 1, 0, 512);
    assertThat(client.read(20).getShort(6)).as("the chunk's type: an error").isNegative();
  }

  @Test
  void goSendsNoZeroesEvenToOldClients() throws IOException {
    try (RawClient old = RawClient.tcp(served.server.port()).greet(1)) {
      old.choose("demo");
      assertThat(old.readBack(0, 4)).containsOnly(0);
    }
  }

  @Test
  void aClientThatAbortsAndLeavesHarmsNobody() throws Exception {
    try (RawClient hasty = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS)) {
      hasty.option(2);
    }
    client.choose("demo");
    ServedFile.await(() -> served.server.connections() == 1);
    assertThat(client.readBack(0, 4)).containsOnly(0);
  }
}
