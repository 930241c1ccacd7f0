package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.nbd.RawClient.OptionReply;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The protocol's rules about TLS in the negotiation: who may ask for it, who must, and what counts
/// before and after.
@Timeout(60)
class StartTlsTest {
  private static final long SIZE = 1 << 20;
  private static final int STARTTLS = 5;
  private static final int ACK = 1;
  private static final int POLICY = 0x80000002;
  private static final int INVALID = 0x80000003;
  private static final int TLS_REQD = 0x80000005;
  private static final int NOT_FIXED = 2;

  @TempDir Path directory;
  private @Nullable ServedFile served;
  private @Nullable RawClient client;

  @AfterEach
  void stop() throws IOException {
    if (client != null) {
      client.close();
    }
    if (served != null) {
      served.close();
    }
  }

  private RawClient connect(TlsMode mode, int flags) throws IOException {
    var served =
        new ServedFile(
            directory,
            ServedFile.file(directory, SIZE),
            ServedFile.tls(mode, false),
            new NbdLimits());
    this.served = served;
    RawClient client = RawClient.tcp(served.server.port()).greet(flags);
    this.client = client;
    return client;
  }

  private static SSLContext context() {
    return Certificates.get().context(null);
  }

  @ParameterizedTest
  @EnumSource(names = {"ALLOWED", "REQUIRED"})
  void negotiationGoesOnInsideTls(TlsMode mode) throws IOException {
    RawClient client = connect(mode, RawClient.FLAGS);
    client.startTls(context());
    assertThat(client.choose("demo")).isEqualTo(SIZE);
    client.write(0, 1, 4096, new byte[] {1, 2, 3});
    assertThat(client.reply(0).error()).isZero();
    assertThat(client.readBack(4096, 4)).containsExactly(1, 2, 3, 0);
  }

  @Test
  void exportNameWorksInsideTls() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.startTls(context()).option(1, "demo".getBytes(UTF_8));
    assertThat(client.read(10).getLong()).isEqualTo(SIZE);
    assertThat(client.readBack(0, 1)).containsExactly(0);
  }

  /// The client said before TLS that it wants them, and says that only once.
  @Test
  void zeroesForOldClientsAreStillSentInsideTls() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, 1);
    client.startTls(context()).option(1, "demo".getBytes(UTF_8));
    assertThat(client.read(134).slice(10, 124)).isEqualTo(ByteBuffer.allocate(124));
    assertThat(client.readBack(0, 1)).containsExactly(0);
  }

  @Test
  void allowedTlsLeavesOthersInTheOpen() throws IOException {
    RawClient client = connect(TlsMode.ALLOWED, RawClient.FLAGS);
    assertThat(client.choose("demo")).isEqualTo(SIZE);
  }

  @Test
  void startTlsWhereItIsOffIsAgainstThePolicy() throws IOException {
    RawClient client = connect(TlsMode.OFF, RawClient.FLAGS);
    client.option(STARTTLS);
    assertThat(client.optionReply().type()).isEqualTo(POLICY);
    assertThat(client.choose("demo")).isEqualTo(SIZE);
  }

  @ParameterizedTest
  @EnumSource(names = {"ALLOWED", "REQUIRED"})
  void startTlsWithDataIsInvalidAndCanBeAskedForAgain(TlsMode mode) throws IOException {
    RawClient client = connect(mode, RawClient.FLAGS);
    client.option(STARTTLS, (byte) 1);
    assertThat(client.optionReply().type()).isEqualTo(INVALID);
    assertThat(client.startTls(context()).choose("demo")).isEqualTo(SIZE);
  }

  @Test
  void startTlsInsideTlsIsInvalid() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.startTls(context()).option(STARTTLS);
    OptionReply reply = client.optionReply();
    assertThat(reply.type()).isEqualTo(INVALID);
    assertThat(reply.text()).isEqualTo("TLS has been started already");
    assertThat(client.choose("demo")).isEqualTo(SIZE);
  }

  /// LIST, INFO, GO, STRUCTURED_REPLY, the two of META_CONTEXT, and one that nobody has.
  @ParameterizedTest
  @ValueSource(ints = {3, 6, 7, 8, 9, 10, 4711})
  void whereTlsIsRequiredNothingElseIsAnswered(int option) throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.option(option, RawClient.infoRequest("demo"));
    OptionReply reply = client.optionReply();
    assertThat(reply.option()).isEqualTo(option);
    assertThat(reply.type()).isEqualTo(TLS_REQD);
    assertThat(client.startTls(context()).choose("demo")).isEqualTo(SIZE);
  }

  @Test
  void whereTlsIsRequiredExportNameEndsTheConnection() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.option(1, "demo".getBytes(UTF_8));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void whereTlsIsRequiredAbortIsAcknowledged() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.option(2);
    assertThat(client.optionReply().type()).isEqualTo(ACK);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void whereTlsIsRequiredAClientTooOldForItIsLeft() throws IOException {
    RawClient client = connect(TlsMode.REQUIRED, NOT_FIXED);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void clientTooOldForTlsCannotStartIt() throws IOException {
    RawClient client = connect(TlsMode.ALLOWED, NOT_FIXED);
    client.option(STARTTLS);
    assertThat(client.optionReply().type()).isEqualTo(POLICY);
  }

  /// Whoever sits between client and server could send options in the open that the server takes
  /// for the client's, if it read ahead of the switch.
  @Test
  void optionSentInTheOpenBehindStartTlsIsNotTaken() throws Exception {
    RawClient client = connect(TlsMode.ALLOWED, RawClient.FLAGS);
    byte[] go = RawClient.infoRequest("demo");
    client.send(
        ByteBuffer.allocate(32 + go.length)
            .put(option(STARTTLS, 0))
            .put(option(7, go.length))
            .put(go));
    assertThat(client.optionReply()).extracting(OptionReply::type).isEqualTo(ACK);
    assertThatThrownBy(client::optionReply).isInstanceOf(IOException.class);
    ServedFile served = this.served;
    ServedFile.await(() -> served != null && served.server.connections() == 0);
  }

  private static ByteBuffer option(int option, int length) {
    return ByteBuffer.allocate(16)
        .putLong(0x49484156454F5054L)
        .putInt(option)
        .putInt(length)
        .flip();
  }

  @Test
  void whatComesInTheOpenInsideTlsEndsTheConnection() throws Exception {
    RawClient client = connect(TlsMode.REQUIRED, RawClient.FLAGS);
    client.startTls(context()).choose("demo");
    var requests = ByteBuffer.allocate(28 * 1000); // longer than what a record may be
    while (requests.hasRemaining()) {
      requests.put(RawClient.header(0, 0, 1, 0, 512).flip());
    }
    client.sendInTheOpen(requests);
    assertThatThrownBy(() -> client.reply(512)).isInstanceOf(IOException.class);
    ServedFile served = this.served;
    ServedFile.await(() -> served != null && served.server.connections() == 0);
  }
}
