package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The clients that people use, with TLS demanded and certificates on both sides: those of libnbd
/// and of QEMU, which speak it by GnuTLS. Debian's fio has no TLS in its NBD engine.
@Timeout(180)
class ForeignTlsClientsIT {
  private static final int SIZE = 32 << 20;

  private enum Transport {
    TCP,
    UNIX
  }

  @TempDir Path directory;
  private ServedFile served;
  private Path pem;

  @BeforeEach
  void serve() throws IOException {
    served =
        new ServedFile(
            directory,
            ServedFile.file(directory, SIZE),
            ServedFile.tls(TlsMode.REQUIRED, true),
            new NbdLimits());
    pem = Certificates.get().pem(directory.resolve("pem"), "client", Certificates.CLIENT);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  /// As libnbd has it.
  private String uri(Transport transport) {
    return switch (transport) {
      case TCP -> tcp(pem);
      case UNIX -> "nbds+unix:///demo?socket=%s&tls-certificates=%s".formatted(served.socket, pem);
    };
  }

  private String tcp(Path pem) {
    return "nbds://localhost:%d/demo?tls-certificates=%s".formatted(served.server.port(), pem);
  }

  /// As QEMU has it.
  private String image() {
    return "driver=nbd,host=localhost,port=%d,export=demo,tls-creds=tls"
        .formatted(served.server.port());
  }

  private String credentials(Path pem) {
    return "tls-creds-x509,id=tls,endpoint=client,verify-peer=yes,dir=" + pem;
  }

  private Path input() throws IOException {
    var content = new byte[SIZE];
    new Random(7).nextBytes(content);
    return Files.write(directory.resolve("input"), content);
  }

  private void assertServes(Path image) throws Exception {
    ForeignTool.require("cmp", "diffutils").run(image, served.file);
  }

  @ParameterizedTest
  @EnumSource
  void nbdinfoShowsTheExportWithTls(Transport transport) throws Exception {
    String info = ForeignTool.require("nbdinfo", "libnbd-bin").run(uri(transport));
    assertThat(info).contains("newstyle-fixed with TLS", "export-size: " + SIZE);
  }

  @ParameterizedTest
  @EnumSource
  void nbdcopyBringsAnImageAndTakesItBack(Transport transport) throws Exception {
    ForeignTool nbdcopy = ForeignTool.require("nbdcopy", "libnbd-bin");
    Path input = input();
    nbdcopy.run("-C", 4, "--flush", input, uri(transport));
    assertServes(input);
    Path back = directory.resolve("back");
    nbdcopy.run(uri(transport), back);
    ForeignTool.require("cmp", "diffutils").run(input, back);
  }

  @Test
  void nbdcopyWithTheLargestRequests() throws Exception {
    Path input = input();
    ForeignTool.require("nbdcopy", "libnbd-bin").run("--request-size=33554432", input, tcp(pem));
    assertServes(input);
  }

  @Test
  void nbdshWritesReadsAndFlushes() throws Exception {
    String output =
        ForeignTool.require("nbdsh", "python3-libnbd")
            .run(
                "-c",
                "h.set_uri_allow_local_file(True)",
                "-c",
                "h.connect_uri('" + tcp(pem) + "')",
                "-c",
                "h.pwrite(b'x' * 5000, 777); h.flush(); print(h.pread(5000, 777) == b'x' * 5000)",
                "-c",
                "print(h.get_tls_negotiated())");
    assertThat(output.lines()).containsExactly("True", "True");
  }

  @Test
  void qemuImgConvertsAndCompares() throws Exception {
    ForeignTool qemu = ForeignTool.require("qemu-img", "qemu-utils");
    Path input = input();
    qemu.run(
        "convert",
        "-n",
        "--object",
        credentials(pem),
        "-f",
        "raw",
        "--target-image-opts",
        "-W",
        input,
        image());
    assertServes(input);
    String compared =
        qemu.run(
            "compare",
            "--object",
            credentials(pem),
            "--image-opts",
            "driver=file,filename=" + input,
            image());
    assertThat(compared).contains("identical");
  }

  @Test
  void qemuIoWritesPatternsAndDiscards() throws Exception {
    String output =
        ForeignTool.require("qemu-io", "qemu-utils")
            .run(
                "--object",
                credentials(pem),
                "--image-opts",
                "-c",
                "write -f -P 0xab 0 1M",
                "-c",
                "write -P 0xef 8M 5M",
                "-c",
                "discard 256k 128k",
                "-c",
                "read -P 0 256k 128k",
                "-c",
                "read -P 0xab 0 256k",
                "-c",
                "read -P 0xef 8M 5M",
                image());
    assertThat(output).doesNotContain("Pattern verification failed", "failed", "error");
  }

  @Test
  void clientWithoutTlsIsToldThatItIsDemanded() throws Exception {
    ForeignTool.Result plain =
        ForeignTool.require("nbdinfo", "libnbd-bin").tryRun(Duration.ofMinutes(1), served.tcp());
    assertThat(plain.status()).isNotZero();
    ForeignTool.Result qemu =
        ForeignTool.require("qemu-img", "qemu-utils")
            .tryRun(Duration.ofMinutes(1), "info", served.tcp());
    assertThat(qemu.output()).contains("this server demands TLS: start it first");
  }

  @Test
  void clientWithoutACertificateIsNotLetIn() throws Exception {
    Path none = Certificates.get().pem(directory.resolve("none"), "client", null);
    assertNotLetIn(none);
  }

  @Test
  void clientWithAStrangersCertificateIsNotLetIn() throws Exception {
    Path stranger =
        Certificates.get().pem(directory.resolve("stranger"), "client", Certificates.STRANGER);
    assertNotLetIn(stranger);
  }

  private void assertNotLetIn(Path pem) throws Exception {
    ForeignTool.Result nbdinfo =
        ForeignTool.require("nbdinfo", "libnbd-bin").tryRun(Duration.ofMinutes(1), tcp(pem));
    assertThat(nbdinfo.status()).isNotZero();
    assertThat(nbdinfo.output()).doesNotContain("export-size");
  }
}
