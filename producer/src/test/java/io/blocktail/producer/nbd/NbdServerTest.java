package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Where the server listens, whom it takes in and how it stops.
@Timeout(30)
class NbdServerTest {
  private static final int SIZE = 1 << 20;

  @TempDir Path directory;

  private ServedFile serve(int maxConnections, Duration handshakeTimeout) throws IOException {
    return new ServedFile(
        directory,
        ServedFile.file(directory, SIZE),
        TlsPolicy.NONE,
        ServedFile.limits(maxConnections, handshakeTimeout));
  }

  private static NbdServer start(String host, int port, Path socket) throws IOException {
    return NbdServer.start(new NbdConfig(host, port, socket), new Exports());
  }

  @Test
  void busyPortIsNamed() throws IOException {
    try (var other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThatThrownBy(() -> start("127.0.0.1", other.getLocalPort(), directory.resolve("s")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("port " + other.getLocalPort() + " of 127.0.0.1 cannot be had");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void hostThatOthersReachIsRefused(String host) {
    assertThatThrownBy(() -> start(host, 0, directory.resolve("s")))
        .hasMessageContaining("host " + host + " can be reached from other machines")
        .hasMessageContaining("blocktail.nbd.allow-insecure-remote=true");
  }

  /// Encryption alone, or certificates that a client need not show, keep nobody out.
  @ParameterizedTest
  @CsvSource({"REQUIRED, false", "ALLOWED, true", "OFF, true"})
  void hostThatOthersReachIsRefusedUnlessAllMustShowACertificate(
      TlsMode mode, boolean clientCertificates) {
    var config = remote(ServedFile.tls(mode, clientCertificates), false);
    assertThatThrownBy(() -> NbdServer.start(config, new Exports()))
        .hasMessageContaining("blocktail.nbd.tls=required");
  }

  @Test
  void hostThatOthersReachIsTakenWhenAllMustShowACertificate() throws IOException {
    var config = remote(ServedFile.tls(TlsMode.REQUIRED, true), false);
    try (var server = NbdServer.start(config, new Exports())) {
      assertThat(server.port()).isPositive();
    }
  }

  private static NbdConfig remote(TlsPolicy tls, boolean insecureRemoteAllowed) {
    return new NbdConfig("0.0.0.0", 0, null, tls, new NbdLimits(), insecureRemoteAllowed);
  }

  @Test
  void hostThatOthersReachIsTakenWhenAllowed() throws IOException {
    var config = remote(TlsPolicy.NONE, true);
    try (var server = NbdServer.start(config, new Exports())) {
      assertThat(server.port()).isPositive();
    }
  }

  @Test
  void unknownHostIsNamed() {
    assertThatThrownBy(() -> start("nowhere.invalid", 0, directory.resolve("s")))
        .hasMessageContaining("host nowhere.invalid is unknown");
  }

  @Test
  void socketFileOfADeadServerIsReplacedAndGoesWithTheServer() throws IOException {
    Path socket = directory.resolve("nbd.sock");
    try (var dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(socket).exists();
    try (var served = new ServedFile(directory, SIZE);
        var client = RawClient.unix(socket)) {
      assertThat(client.go("demo")).isEqualTo(SIZE);
      assertThat(served.server.connections()).isEqualTo(1);
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void socketOfALiveServerIsLeftAlone() throws IOException {
    try (var served = new ServedFile(directory, SIZE)) {
      assertThatThrownBy(() -> start("127.0.0.1", 0, served.socket))
          .hasMessage("NBD: another server listens at " + served.socket);
      try (var client = RawClient.unix(served.socket)) {
        assertThat(client.go("demo")).isEqualTo(SIZE);
      }
    }
  }

  @Test
  void fileThatIsNoSocketIsLeftAlone() throws IOException {
    Path file = Files.writeString(directory.resolve("precious"), "data");
    assertThatThrownBy(() -> start("127.0.0.1", 0, file))
        .hasMessage("NBD: " + file + " exists and is not a socket");
    assertThat(file).hasContent("data");
  }

  @ParameterizedTest
  @ValueSource(strings = {"directory", "link"})
  void directoryAndLinkAreLeftAlone(String kind) throws IOException {
    Path target = Files.createDirectory(directory.resolve("directory"));
    Path file = directory.resolve(kind);
    if (kind.equals("link")) {
      Files.createSymbolicLink(file, target);
    }
    assertThatThrownBy(() -> start("127.0.0.1", 0, file))
        .hasMessage("NBD: " + file + " exists and is not a socket");
  }

  @Test
  void socketInAMissingDirectoryIsNamed() {
    Path socket = directory.resolve("missing/nbd.sock");
    assertThatThrownBy(() -> start("127.0.0.1", 0, socket))
        .hasMessageContaining("no socket at " + socket);
  }

  @Test
  void clientBeyondTheLimitIsTurnedAwayUntilAnotherLeaves() throws Exception {
    try (var served = serve(2, Duration.ofSeconds(30));
        var first = served.client()) {
      try (var second = served.client();
          var third = RawClient.tcp(served.server.port())) {
        assertThat(third.isClosed()).isTrue();
        assertThat(second.readBack(0, 1)).containsExactly(0);
      }
      ServedFile.await(() -> served.server.connections() == 1);
      try (var fourth = served.client()) {
        assertThat(fourth.readBack(0, 1)).containsExactly(0);
        assertThat(first.readBack(0, 1)).containsExactly(0);
      }
    }
  }

  @Test
  void silentClientLosesItsPlaceAndABusyOneDoesNot() throws Exception {
    try (var served = serve(9, Duration.ofMillis(300));
        var good = served.client();
        var silent = RawClient.tcp(served.server.port());
        var halfway = RawClient.unix(served.socket)) {
      halfway.greet(RawClient.FLAGS);
      silent.read(18);
      assertThat(silent.isClosed()).isTrue();
      assertThat(halfway.isClosed()).isTrue();
      ServedFile.await(() -> served.server.connections() == 1);
      assertThat(good.readBack(0, 1)).containsExactly(0);
    }
  }

  @Test
  void stopLetsTheBatchInProgressFinishAndItsAnswersGoOut() throws Exception {
    var device = new RecordingDevice(ServedFile.file(directory, SIZE));
    var gate = new CountDownLatch(1);
    var served = new ServedFile(directory, device);
    try (var tcp = served.client();
        var unix = RawClient.unix(served.socket);
        var idle = served.client()) {
      unix.go("demo");
      device.gate = gate;
      tcp.write(0, 1, 0, new byte[] {1, 2, 3});
      unix.write(0, 2, 8, new byte[] {4, 5, 6});
      ServedFile.await(() -> device.all().size() == 2);
      Thread stop = Thread.ofPlatform().start(() -> close(served.server));
      assertThat(idle.isClosed()).isTrue();
      assertThat(stop.isAlive()).isTrue();
      gate.countDown();
      assertThat(tcp.reply(0).error()).isZero();
      assertThat(unix.reply(0).error()).isZero();
      assertThat(tcp.isClosed()).isTrue();
      assertThat(unix.isClosed()).isTrue();
      stop.join();
      assertThat(served.server.connections()).isZero();
    }
    served.device.close();
    assertThat(Files.readAllBytes(served.file)).startsWith(1, 2, 3, 0, 0, 0, 0, 0, 4, 5, 6);
  }

  @Test
  void stopCutsOffAClientThatTakesNoAnswers() throws Exception {
    var device = new RecordingDevice(ServedFile.file(directory, SIZE));
    try (var served = new ServedFile(directory, device);
        var client = served.client()) {
      for (int i = 0; i < 64; i++) {
        client.request(0, 0, i, 0, SIZE);
      }
      ServedFile.await(() -> !device.batches.isEmpty());
      served.server.close(Duration.ofMillis(300));
      assertThat(served.server.connections()).isZero();
    }
  }

  @Test
  void stopDoesNotWaitForeverForADevice() throws Exception {
    var device = new RecordingDevice(ServedFile.file(directory, SIZE));
    var gate = new CountDownLatch(1);
    device.gate = gate;
    try (var served = new ServedFile(directory, device);
        var client = served.client()) {
      client.write(0, 1, 0, new byte[] {1});
      ServedFile.await(() -> !device.batches.isEmpty());
      served.server.close(Duration.ofMillis(100));
      assertThat(served.server.connections()).isEqualTo(1);
      gate.countDown();
      ServedFile.await(() -> served.server.connections() == 0);
    }
  }

  private static void close(NbdServer server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void stoppedServerTakesNobodyIn() throws IOException {
    var served = new ServedFile(directory, SIZE);
    int port = served.server.port();
    served.close();
    served.server.close();
    assertThatThrownBy(() -> RawClient.tcp(port)).isInstanceOf(ConnectException.class);
  }

  @Test
  void removedExportEndsItsConnectionsAndNoOthers() throws IOException {
    try (var served = new ServedFile(directory, SIZE);
        var client = served.client()) {
      served.exports.add(new VolumeName("other"), served.device, "");
      try (var other = RawClient.tcp(served.server.port())) {
        other.go("other");
        assertThat(served.exports.remove(ServedFile.DEMO)).isTrue();
        assertThat(client.isClosed()).isTrue();
        assertThat(other.readBack(0, 1)).containsExactly(0);
        assertThatThrownBy(served::client).hasMessage("refused: no export has this name");
      }
    }
  }

  @Test
  void exportThatIsAddedWhileRunningIsServed() throws IOException {
    try (var served = new ServedFile(directory, SIZE);
        var client = RawClient.tcp(served.server.port())) {
      served.exports.add(new VolumeName("late"), served.device, "");
      assertThat(client.go("late")).isEqualTo(SIZE);
    }
  }

  @Test
  void nameIsExportedOnce() throws IOException {
    try (var served = new ServedFile(directory, SIZE)) {
      assertThatThrownBy(() -> served.exports.add(ServedFile.DEMO, served.device, ""))
          .hasMessage("there is an export demo already");
    }
  }

  @Test
  void badConfigurationIsRefused() {
    assertThatThrownBy(() -> new NbdConfig("", 1, null)).hasMessage("the NBD host is empty");
    assertThatThrownBy(() -> new NbdConfig("localhost", 65536, null))
        .hasMessage("the NBD port is 65536: 0 to 65535 exist");
  }
}
