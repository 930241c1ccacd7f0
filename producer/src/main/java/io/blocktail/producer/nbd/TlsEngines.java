package io.blocktail.producer.nbd;

import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;

/// The server's end of TLS, made anew for each connection.
///
/// @param contexts asked once a connection, so that a certificate that was replaced is used from
///   the next connection on; throws when there is none to be had
/// @param clientCertificates whether a client must show a certificate that the context trusts
/// @param protocols as JSSE names them; none but TLS 1.2 and 1.3
/// @param cipherSuites as JSSE names them; empty for JSSE's own choice
public record TlsEngines(
    Supplier<SSLContext> contexts,
    boolean clientCertificates,
    List<String> protocols,
    List<String> cipherSuites) {
  /// Older ones are broken.
  private static final Set<String> SOUND = Set.of("TLSv1.2", "TLSv1.3");

  public TlsEngines {
    protocols = List.copyOf(protocols);
    cipherSuites = List.copyOf(cipherSuites);
    if (protocols.isEmpty() || !SOUND.containsAll(protocols)) {
      throw new IllegalArgumentException(
          "the TLS protocols are %s: only TLSv1.2 and TLSv1.3 are safe".formatted(protocols));
    }
  }

  /// TLS 1.2 and 1.3 with JSSE's cipher suites.
  public TlsEngines(Supplier<SSLContext> contexts, boolean clientCertificates) {
    this(contexts, clientCertificates, List.of("TLSv1.3", "TLSv1.2"), List.of());
  }

  SSLEngine engine() {
    SSLEngine engine = contexts.get().createSSLEngine();
    engine.setUseClientMode(false);
    SSLParameters parameters = engine.getSSLParameters();
    parameters.setProtocols(protocols.toArray(String[]::new));
    if (!cipherSuites.isEmpty()) {
      parameters.setCipherSuites(cipherSuites.toArray(String[]::new));
    }
    parameters.setNeedClientAuth(clientCertificates);
    engine.setSSLParameters(parameters);
    return engine;
  }
}
