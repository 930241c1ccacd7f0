package io.blocktail.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.nbd.NbdConfig;
import io.blocktail.producer.nbd.NbdLimits;
import io.blocktail.producer.nbd.TlsEngines;
import io.blocktail.producer.nbd.TlsMode;
import io.quarkus.tls.TlsConfiguration;
import io.quarkus.tls.TlsConfigurationRegistry;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.SSLOptions;
import io.vertx.core.net.TrustOptions;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class NbdSettingsTest {
  /// A TLS configuration that holds what a test puts there.
  private static final class Held implements TlsConfiguration {
    @Nullable KeyStore keys = store();
    @Nullable KeyStore trusted;
    final SSLOptions options =
        new SSLOptions().setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"));
    boolean trustAll;
    boolean broken;
    int contexts;

    static KeyStore store() {
      try {
        return KeyStore.getInstance("PKCS12");
      } catch (KeyStoreException e) {
        throw new AssertionError(e);
      }
    }

    @Override
    @SuppressWarnings("NullAway") // the interface has no annotations: null means none
    public KeyStore getKeyStore() {
      return keys;
    }

    @Override
    @SuppressWarnings("NullAway")
    public KeyStore getTrustStore() {
      return trusted;
    }

    @Override
    public KeyCertOptions getKeyStoreOptions() {
      throw new UnsupportedOperationException();
    }

    @Override
    public TrustOptions getTrustStoreOptions() {
      throw new UnsupportedOperationException();
    }

    @Override
    public SSLOptions getSSLOptions() {
      return options;
    }

    @Override
    public SSLContext createSSLContext() throws Exception {
      contexts++;
      if (broken) {
        throw new KeyStoreException("half a certificate");
      }
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, null, null);
      return context;
    }

    @Override
    public boolean isTrustAll() {
      return trustAll;
    }

    @Override
    public Optional<String> getHostnameVerificationAlgorithm() {
      return Optional.empty();
    }

    @Override
    public boolean usesSni() {
      return false;
    }

    @Override
    public boolean reload() {
      throw new UnsupportedOperationException();
    }
  }

  private final Held held = new Held();

  private final TlsConfigurationRegistry registry =
      new TlsConfigurationRegistry() {
        @Override
        public Optional<TlsConfiguration> get(String name) {
          return name.equals("nbd") ? Optional.of(held) : Optional.empty();
        }

        @Override
        public Optional<TlsConfiguration> getDefault() {
          return Optional.empty();
        }

        @Override
        public void register(String name, TlsConfiguration configuration) {
          throw new UnsupportedOperationException();
        }
      };

  private NbdConfig settings(String... keysAndValues) {
    Map<String, String> settings = new HashMap<>();
    for (int i = 0; i < keysAndValues.length; i += 2) {
      settings.put("blocktail.nbd." + keysAndValues[i], keysAndValues[i + 1]);
    }
    return NbdSettings.of(ProducerConfigTest.config(settings).nbd(), registry);
  }

  private TlsEngines engines(String key, String mode) {
    return Objects.requireNonNull(settings(key, mode).tls().engines());
  }

  @Test
  void withoutTlsNoCertificateIsLookedFor() {
    held.keys = null;
    NbdConfig config = settings();
    assertThat(config.tls().tcp()).isEqualTo(TlsMode.OFF);
    assertThat(config.tls().engines()).isNull();
    assertThat(config.limits()).isEqualTo(new NbdLimits());
  }

  @Test
  void trustStoreMakesClientsShowACertificate() {
    assertThat(engines("tls", "required").clientCertificates()).isFalse();
    held.trusted = Held.store();
    assertThat(engines("tls", "required").clientCertificates()).isTrue();
  }

  @Test
  void protocolsAndCipherSuitesAreThoseOfTheTlsConfiguration() {
    held.options.setEnabledSecureTransportProtocols(Set.of("TLSv1.3"));
    held.options.addEnabledCipherSuite("TLS_AES_128_GCM_SHA256");
    TlsEngines engines = engines("socket-tls", "allowed");
    assertThat(engines.protocols()).containsExactly("TLSv1.3");
    assertThat(engines.cipherSuites()).containsExactly("TLS_AES_128_GCM_SHA256");
  }

  @Test
  void contextIsMadeAnewOnlyWhenFilesWereReadAgain() {
    held.trusted = Held.store();
    var contexts = engines("tls", "allowed").contexts();
    SSLContext first = contexts.get();
    assertThat(contexts.get()).isSameAs(first);
    held.keys = Held.store();
    SSLContext second = contexts.get();
    assertThat(second).isNotSameAs(first);
    assertThat(contexts.get()).isSameAs(second);
    held.trusted = Held.store();
    assertThat(contexts.get()).isNotSameAs(second);
    assertThat(held.contexts).isEqualTo(3);
  }

  @Test
  void filesThatCannotBeUsedLeaveTheContextInUseUntilTheyAreReadAgain() {
    var contexts = engines("tls", "allowed").contexts();
    SSLContext first = contexts.get();
    held.broken = true;
    held.keys = Held.store();
    assertThat(contexts.get()).isSameAs(first);
    assertThat(contexts.get()).isSameAs(first);
    assertThat(held.contexts).isEqualTo(2);
    held.broken = false;
    held.keys = Held.store();
    assertThat(contexts.get()).isNotSameAs(first);
  }

  @Test
  void filesThatCannotBeUsedStopTheStart() {
    held.broken = true;
    assertThatThrownBy(() -> settings("tls", "required"))
        .hasMessage("quarkus.tls.nbd: cannot be used: half a certificate");
  }

  @Test
  void tlsConfigurationThatIsMissingIsNamed() {
    assertThatThrownBy(() -> settings("tls", "required", "tls-configuration-name", "other"))
        .isInstanceOf(ConfigurationError.class)
        .hasMessage(
            "blocktail.nbd.tls-configuration-name: there is no TLS configuration 'other': set"
                + " quarkus.tls.other.key-store");
  }

  @Test
  void tlsConfigurationWithoutACertificateIsRefused() {
    held.keys = null;
    assertThatThrownBy(() -> settings("tls", "required"))
        .hasMessage("quarkus.tls.nbd.key-store: NBD over TLS needs a certificate");
  }

  @Test
  void trustingEverybodyIsRefused() {
    held.trustAll = true;
    assertThatThrownBy(() -> settings("tls", "required"))
        .hasMessage("quarkus.tls.nbd.trust-all: would let in whoever shows any certificate");
  }

  @Test
  void revocationListThatWouldNotBeLookedAtIsRefused() {
    held.options.addCrlValue(Buffer.buffer("list"));
    assertThatThrownBy(() -> settings("tls", "required"))
        .hasMessage(
            "quarkus.tls.nbd.certificate-revocation-list: is not looked at by NBD: use another CA");
  }

  @Test
  void oldProtocolsAreRefused() {
    held.options.setEnabledSecureTransportProtocols(Set.of("TLSv1.1"));
    assertThatThrownBy(() -> settings("tls", "required"))
        .hasMessage(
            "quarkus.tls.nbd.protocols: the TLS protocols are [TLSv1.1]: only TLSv1.2 and TLSv1.3"
                + " are safe");
  }

  @Test
  void limitThatMakesNoSenseIsNamed() {
    assertThatThrownBy(() -> settings("max-in-flight", "0"))
        .hasMessageContaining("blocktail.nbd.max-connections")
        .hasMessageContaining("at most 0 NBD requests in flight");
    assertThatThrownBy(() -> settings("max-request", "8G"))
        .hasMessageContaining("blocktail.nbd.max-connections");
  }
}
