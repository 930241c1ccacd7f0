package io.blocktail.producer;

import io.blocktail.producer.nbd.NbdConfig;
import io.blocktail.producer.nbd.NbdLimits;
import io.blocktail.producer.nbd.TlsEngines;
import io.blocktail.producer.nbd.TlsMode;
import io.blocktail.producer.nbd.TlsPolicy;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.net.SSLOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What `blocktail.nbd` says, as the NBD server takes it, with the certificates that Quarkus's
/// registry of TLS configurations has under the name that is given there.
final class NbdSettings {
  private static final String NBD = "blocktail.nbd.";

  private NbdSettings() {}

  /// @throws ConfigurationError that names the key
  static NbdConfig of(ProducerConfig.Nbd nbd, TlsConfigurationRegistry registry) {
    var tls = new TlsPolicy(nbd.tls(), nbd.socketTls(), engines(nbd, registry));
    try {
      return new NbdConfig(
          nbd.host(),
          nbd.port(),
          nbd.socket().orElse(null),
          tls,
          limits(nbd),
          nbd.allowInsecureRemote());
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(NBD + "host and .port", String.valueOf(e.getMessage()), e);
    }
  }

  private static NbdLimits limits(ProducerConfig.Nbd nbd) {
    try {
      return new NbdLimits(
          nbd.maxConnections(),
          nbd.handshakeTimeout(),
          Math.toIntExact(nbd.maxRequest().asLongValue()),
          nbd.maxInFlight(),
          nbd.keepalive(),
          nbd.farewell());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigurationError(
          NBD
              + "max-connections, .handshake-timeout, .max-request, .max-in-flight, .keepalive"
              + " and .farewell",
          String.valueOf(e.getMessage()),
          e);
    }
  }

  private static @Nullable TlsEngines engines(
      ProducerConfig.Nbd nbd, TlsConfigurationRegistry registry) {
    if (nbd.tls() == TlsMode.OFF && nbd.socketTls() == TlsMode.OFF) {
      return null;
    }
    String name = nbd.tlsConfigurationName();
    String key = "quarkus.tls." + name;
    TlsConfiguration tls =
        registry
            .get(name)
            .orElseThrow(() ->
                new ConfigurationError(
                    NBD + "tls-configuration-name",
                    "there is no TLS configuration '%s': set %s.key-store".formatted(name, key),
                    null));
    if (tls.getKeyStore() == null) {
      throw new ConfigurationError(key + ".key-store", "NBD over TLS needs a certificate", null);
    }
    if (tls.isTrustAll()) {
      throw new ConfigurationError(
          key + ".trust-all", "would let in whoever shows any certificate", null);
    }
    SSLOptions options = tls.getSSLOptions();
    if (!options.getCrlValues().isEmpty()) {
      throw new ConfigurationError(
          key + ".certificate-revocation-list", "is not looked at by NBD: use another CA", null);
    }
    try {
      return new TlsEngines(
          context(tls, key),
          tls.getTrustStore() != null,
          List.copyOf(options.getEnabledSecureTransportProtocols()),
          List.copyOf(options.getEnabledCipherSuites()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationError(key + ".protocols", String.valueOf(e.getMessage()), e);
    }
  }

  private static ReloadedContext context(TlsConfiguration tls, String key) {
    try {
      return new ReloadedContext(tls);
    } catch (Exception e) {
      throw new ConfigurationError(key, "cannot be used: " + e.getMessage(), e);
    }
  }
}
