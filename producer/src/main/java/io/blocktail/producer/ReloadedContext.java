package io.blocktail.producer;

import io.quarkus.tls.TlsConfiguration;
import java.security.KeyStore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/// The context of a TLS configuration, made anew when the configuration has read its files again.
/// Safe for use by many threads.
final class ReloadedContext implements Supplier<SSLContext> {
  private final TlsConfiguration tls;

  /// What the context was made of.
  private @Nullable KeyStore keys;

  private @Nullable KeyStore trusted;

  private @Nullable SSLContext context;

  ReloadedContext(TlsConfiguration tls) {
    this.tls = tls;
  }

  /// @throws IllegalStateException when what was read cannot be used
  @Override
  public synchronized SSLContext get() {
    KeyStore keys = tls.getKeyStore();
    KeyStore trusted = tls.getTrustStore();
    SSLContext present = context;
    if (present == null || keys != this.keys || trusted != this.trusted) {
      present = make();
      this.context = present;
      this.keys = keys;
      this.trusted = trusted;
    }
    return present;
  }

  private SSLContext make() {
    try {
      return tls.createSSLContext();
    } catch (Exception e) {
      throw new IllegalStateException(
          "the TLS configuration '%s' cannot be used: %s".formatted(tls.getName(), e.getMessage()),
          e);
    }
  }
}
