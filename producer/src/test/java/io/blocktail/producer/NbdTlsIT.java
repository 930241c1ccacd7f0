package io.blocktail.producer;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.nbd.Certificates;
import io.blocktail.producer.nbd.RawClient;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The producer with the certificates of a TLS configuration of Quarkus, as PEM files. There is no
/// volume, since nothing of one is at stake.
@QuarkusTest
@TestProfile(NbdTlsIT.Tls.class)
class NbdTlsIT {
  private static final Certificates CERTIFICATES = Certificates.get();

  public static final class Tls implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
      Path pem = temporary();
      install(pem, Certificates.SERVER);
      var config = new HashMap<String, String>();
      config.put("blocktail.nbd.host", "0.0.0.0");
      config.put("blocktail.nbd.port", "0");
      config.put("blocktail.nbd.tls", "required");
      config.put("quarkus.tls.nbd.key-store.pem.main.cert", pem + "/server-cert.pem");
      config.put("quarkus.tls.nbd.key-store.pem.main.key", pem + "/server-key.pem");
      config.put("quarkus.tls.nbd.trust-store.pem.certs", pem + "/ca-cert.pem");
      config.put("quarkus.tls.nbd.protocols", "TLSv1.3,TLSv1.2");
      config.put("quarkus.tls.nbd.reload-period", "1h");
      return config;
    }
  }

  private static Path temporary() {
    try {
      return Files.createTempDirectory("nbd-tls");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Replaces the server's files, each by another file as certificates are renewed.
  private static void install(Path pem, String name) {
    try {
      Path next = CERTIFICATES.pem(pem.resolve("next"), "server", name);
      for (String file : new String[] {"ca-cert.pem", "server-key.pem", "server-cert.pem"}) {
        Files.move(next.resolve(file), pem.resolve(file), ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Inject Producer producer;
  @Inject TlsConfigurationRegistry registry;

  @ConfigProperty(name = "quarkus.tls.nbd.trust-store.pem.certs")
  Path authority;

  /// Quarkus asked the profile in another class loader, where other certificates were made.
  @BeforeEach
  void installFirst() {
    install(pem(), Certificates.SERVER);
    assertThat(tls().reload()).isTrue();
  }

  private Path pem() {
    return Objects.requireNonNull(authority.getParent());
  }

  private TlsConfiguration tls() {
    return registry.get("nbd").orElseThrow();
  }

  private RawClient client(String certificate) throws IOException {
    return RawClient.tcp(producer.nbdPort())
        .greet(RawClient.FLAGS)
        .startTls(CERTIFICATES.context(certificate), "TLSv1.2");
  }

  @Test
  void certificateThatWasReplacedIsShownToTheNextClientWithoutARestart() throws IOException {
    try (RawClient before = client(Certificates.CLIENT)) {
      assertShows(before, Certificates.SERVER);
      install(pem(), Certificates.NEXT_SERVER);
      assertThat(tls().reload()).isTrue(); // what the reload period does
      try (RawClient after = client(Certificates.CLIENT)) {
        assertShows(after, Certificates.NEXT_SERVER);
      }
    }
  }

  private static void assertShows(RawClient client, String name) throws SSLPeerUnverifiedException {
    assertThat(client.tls().getSession().getPeerCertificates()[0])
        .isEqualTo(CERTIFICATES.certificate(name));
  }

  @Test
  void filesThatCannotBeUsedLeaveTheCertificateInUse() throws IOException {
    Files.writeString(pem().resolve("server-cert.pem"), "half a certif");
    boolean _ = tls().reload(); // says true, and has no certificate then
    try (RawClient client = client(Certificates.CLIENT)) {
      assertShows(client, Certificates.SERVER);
    }
  }

  @Test
  void clientThatTheTrustStoreDoesNotKnowIsNotLetIn() {
    assertThatThrownBy(() -> client(Certificates.STRANGER)).isInstanceOf(IOException.class);
  }
}
