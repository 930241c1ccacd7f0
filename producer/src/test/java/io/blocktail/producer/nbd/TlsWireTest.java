package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// TLS itself, with the JDK's own sockets as clients: who comes in, what is carried, how it ends.
@Timeout(60)
class TlsWireTest {
  private static final int SIZE = 8 << 20;

  /// The kind of record that TLS's goodbye is.
  private static final int ALERT = 21;

  private static final Certificates CERTIFICATES = Certificates.get();
  private static final long SEED = Long.getLong("suite.seed", System.nanoTime());

  @TempDir Path directory;
  private final AtomicReference<SSLContext> present =
      new AtomicReference<>(CERTIFICATES.context(Certificates.SERVER));
  private ServedFile served;

  @BeforeEach
  void serve() throws IOException {
    serve(true, Duration.ofSeconds(30));
  }

  private void serve(boolean clientCertificates, Duration handshakeTimeout) throws IOException {
    var engines = new TlsEngines(present::get, clientCertificates);
    served =
        new ServedFile(
            directory,
            ServedFile.file(directory, SIZE),
            new TlsPolicy(TlsMode.REQUIRED, TlsMode.REQUIRED, engines),
            ServedFile.limits(64, handshakeTimeout));
  }

  private void serveAnew(boolean clientCertificates, Duration handshakeTimeout) throws IOException {
    served.close();
    Files.delete(served.file);
    serve(clientCertificates, handshakeTimeout);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private RawClient connect() throws IOException {
    return RawClient.tcp(served.server.port()).greet(RawClient.FLAGS);
  }

  private RawClient client(String... protocols) throws IOException {
    RawClient client = connect();
    client.startTls(CERTIFICATES.context(Certificates.CLIENT), protocols).choose("demo");
    return client;
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void dataOfAllSizesComesBackAsItWasWritten(String protocol) throws IOException {
    var random = new Random(SEED);
    try (RawClient client = client(protocol)) {
      assertThat(client.tls().getSession().getProtocol()).isEqualTo(protocol);
      for (int size : new int[] {1, 511, 16_383, 16_384, 16_385, 300_000, 1 << 20, 5 << 20}) {
        var data = new byte[size];
        random.nextBytes(data);
        client.write(0, size, 777, data);
        assertThat(client.reply(0).error()).isZero();
        assertThat(client.readBack(777, size)).as("seed %d", SEED).isEqualTo(data);
      }
    }
  }

  @Test
  void manyRequestsInOneRecordAreAllAnswered() throws IOException {
    var requests = ByteBuffer.allocate(500 * 28);
    for (int i = 0; i < 500; i++) {
      requests.put(RawClient.header(0, 0, i, i, 1).flip());
    }
    try (RawClient client = client()) {
      client.send(requests);
      for (int i = 0; i < 500; i++) {
        assertThat(client.reply(1).cookie()).isEqualTo(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientWithoutACertificateIsNotLetIn(String protocol) throws Exception {
    assertTurnedAway(CERTIFICATES.context(null), protocol);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
  void clientWithAStrangersCertificateIsNotLetIn(String protocol) throws Exception {
    assertTurnedAway(CERTIFICATES.context(Certificates.STRANGER), protocol);
  }

  /// In TLS 1.3 a client learns of it only when it reads.
  private void assertTurnedAway(SSLContext context, String protocol) throws Exception {
    try (RawClient client = connect()) {
      assertThatThrownBy(() -> client.startTls(context, protocol).choose("demo"))
          .isInstanceOf(IOException.class);
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  @Test
  void clientWithoutACertificateIsLetInWhereNoneIsAskedFor() throws IOException {
    serveAnew(false, Duration.ofSeconds(30));
    try (RawClient client = connect()) {
      client.startTls(CERTIFICATES.context(null)).choose("demo");
      assertThat(client.tls().getSession().getLocalCertificates()).isNull();
      assertThat(client.readBack(0, 1)).containsExactly(0);
    }
  }

  @Test
  void certificateThatReplacesAnotherIsShownToTheNextClient() throws Exception {
    try (RawClient before = client()) {
      assertShows(before, Certificates.SERVER);
      present.set(CERTIFICATES.context(Certificates.NEXT_SERVER));
      try (RawClient after = client()) {
        assertShows(after, Certificates.NEXT_SERVER);
        assertThat(before.readBack(0, 1)).containsExactly(0);
        assertThat(after.readBack(0, 1)).containsExactly(0);
      }
    }
  }

  private static void assertShows(RawClient client, String name) throws SSLPeerUnverifiedException {
    assertThat(client.tls().getSession().getPeerCertificates()[0])
        .isEqualTo(CERTIFICATES.certificate(name));
  }

  @Test
  void onlyTls12AndLaterAreSpoken() {
    assertThat(new TlsEngines(present::get, true).engine().getEnabledProtocols())
        .containsExactlyInAnyOrder("TLSv1.2", "TLSv1.3");
    for (List<String> protocols :
        List.of(List.of("TLSv1.3", "TLSv1.1"), List.of("SSLv3"), List.<String>of())) {
      assertThatThrownBy(() -> new TlsEngines(present::get, true, protocols, List.of()))
          .hasMessageContaining("only TLSv1.2 and TLSv1.3 are safe");
    }
  }

  @Test
  void onlyTheCipherSuitesThatAreGivenAreSpoken() {
    var suites = List.of("TLS_AES_256_GCM_SHA384");
    var engines = new TlsEngines(present::get, true, List.of("TLSv1.3"), suites);
    assertThat(engines.engine().getEnabledCipherSuites()).containsExactly(suites.getFirst());
  }

  @Test
  void secondHandshakeOfTls12IsRefused() throws Exception {
    try (RawClient client = client("TLSv1.2")) {
      client.tls().startHandshake();
      assertThatThrownBy(() -> client.readBack(0, 1)).isInstanceOf(IOException.class);
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  @Test
  void newKeysOfTls13AreFollowed() throws IOException {
    try (RawClient client = client("TLSv1.3")) {
      for (int i = 0; i < 3; i++) {
        client.tls().startHandshake();
        assertThat(client.readBack(0, 3)).containsExactly(0, 0, 0);
      }
    }
  }

  @Test
  void goodbyeIsSaidToAClientThatDisconnects() throws IOException {
    try (RawClient client = client("TLSv1.2")) {
      client.request(0, 2, 0, 0, 0);
      assertThat(client.recordsToTheEnd()).containsExactly(ALERT);
    }
  }

  @Test
  void goodbyeIsSaidToAClientThatAborts() throws IOException {
    try (RawClient client = connect()) {
      client.startTls(CERTIFICATES.context(Certificates.CLIENT), "TLSv1.2").option(2);
      assertThat(client.optionReply().type()).isEqualTo(1);
      assertThat(client.recordsToTheEnd()).containsExactly(ALERT);
    }
  }

  @Test
  void goodbyeIsSaidToAClientThatBreaksTheProtocol() throws IOException {
    try (RawClient client = client("TLSv1.2")) {
      client.send(ByteBuffer.allocate(28).putInt(42).position(28));
      assertThat(client.recordsToTheEnd()).containsExactly(ALERT);
    }
  }

  @Test
  void clientThatLeavesWithAGoodbyeHasLeft() throws Exception {
    try (RawClient client = client()) {
      client.tls().close();
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  @Test
  void clientThatLeavesWithoutAGoodbyeHasLeft() throws Exception {
    try (RawClient client = client()) {
      client.endOfRequests();
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  @Test
  void clientThatIsSilentInTheTlsHandshakeLosesItsPlace() throws Exception {
    serveAnew(true, Duration.ofMillis(300));
    try (RawClient silent = connect();
        RawClient halfway = connect()) {
      silent.option(5);
      assertThat(silent.optionReply().type()).isEqualTo(1);
      halfway.option(5);
      assertThat(halfway.optionReply().type()).isEqualTo(1);
      halfway.send(record(22, 300).limit(100).position(100));
      ServedFile.await(() -> served.server.connections() == 0);
      assertThat(silent.isClosed()).isTrue();
    }
  }

  /// A record's header and as many zeros as it claims, up to 64 KiB.
  private static ByteBuffer record(int type, int length) {
    return ByteBuffer.allocate(5 + length)
        .put((byte) type)
        .putShort((short) 0x0303)
        .putShort((short) length)
        .position(5 + length);
  }

  @Test
  void recordLongerThanTlsAllowsEndsTheConnection() throws Exception {
    try (RawClient client = client()) {
      client.sendInTheOpen(record(23, 65_535).limit(10).position(10));
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  @Test
  void noiseInsteadOfTlsEndsThatConnectionAlone() throws Exception {
    var random = new Random(SEED);
    try (RawClient good = client()) {
      for (int i = 0; i < 50; i++) {
        try (RawClient noisy = connect()) {
          noisy.option(5);
          assertThat(noisy.optionReply().type()).isEqualTo(1);
          var noise = new byte[random.nextInt(40_000)];
          random.nextBytes(noise);
          if (noise.length > 0 && random.nextBoolean()) {
            noise[0] = 22;
          }
          sendIgnoringTheEnd(noisy, noise);
        }
        assertThat(good.readBack(0, 1)).as("seed %d", SEED).containsExactly(0);
      }
      ServedFile.await(() -> served.server.connections() == 1);
    }
  }

  private static void sendIgnoringTheEnd(RawClient client, byte[] data) {
    try {
      client.send(ByteBuffer.wrap(data).position(data.length));
      client.endOfRequests();
      client.drain();
    } catch (IOException e) {
      // the server may have closed it by now
    }
  }
}
