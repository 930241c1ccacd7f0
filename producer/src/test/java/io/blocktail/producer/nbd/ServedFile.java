package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import javax.net.ssl.SSLContext;

/// A server with one export `demo`, on a free port and on a Unix socket.
final class ServedFile implements AutoCloseable {
  static final VolumeName DEMO = new VolumeName("demo");

  final Path file;
  final Path socket;
  final BlockDevice device;
  final Exports exports = new Exports();
  final NbdServer server;

  /// Exports an empty file.
  ServedFile(Path directory, long size) throws IOException {
    this(directory, file(directory, size));
  }

  /// @param device a layer above [#file]
  ServedFile(Path directory, BlockDevice device) throws IOException {
    this(directory, device, TlsPolicy.NONE, limits(64, Duration.ofSeconds(30)));
  }

  ServedFile(Path directory, BlockDevice device, TlsPolicy tls, NbdLimits limits)
      throws IOException {
    this.file = directory.resolve("demo.img");
    this.socket = directory.resolve("nbd.sock");
    this.device = device;
    exports.add(DEMO, device, "a file");
    this.server =
        NbdServer.start(new NbdConfig("127.0.0.1", 0, socket, tls, limits, false), exports);
  }

  static NbdLimits limits(int maxConnections, Duration handshakeTimeout) {
    var standard = new NbdLimits();
    return new NbdLimits(
        maxConnections,
        handshakeTimeout,
        standard.maxRequest(),
        standard.maxInFlight(),
        standard.keepalive(),
        standard.farewell());
  }

  /// Everywhere so, with the certificate of the tests' server.
  static TlsPolicy tls(TlsMode mode, boolean clientCertificates) {
    SSLContext context = Certificates.get().context(Certificates.SERVER);
    return new TlsPolicy(mode, mode, new TlsEngines(() -> context, clientCertificates));
  }

  /// Makes the file `demo.img` and opens it.
  static FileDevice file(Path directory, long size) throws IOException {
    return FileDevice.create(directory.resolve("demo.img"), size);
  }

  /// A client that has chosen the export in TLS.
  RawClient tlsClient() throws IOException {
    RawClient client = RawClient.tcp(server.port()).greet(RawClient.FLAGS);
    client.startTls(Certificates.get().context(Certificates.CLIENT)).choose("demo");
    return client;
  }

  /// A client that has chosen the export.
  RawClient client() throws IOException {
    var client = RawClient.tcp(server.port());
    client.go("demo");
    return client;
  }

  String tcp() {
    return "nbd://127.0.0.1:" + server.port() + "/demo";
  }

  String unix() {
    return "nbd+unix:///demo?socket=" + socket;
  }

  /// Waits until the condition holds; the test's own time limit ends it otherwise.
  static void await(Callable<Boolean> condition) throws Exception {
    while (!condition.call()) {
      Thread.sleep(1);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    device.close();
  }
}
