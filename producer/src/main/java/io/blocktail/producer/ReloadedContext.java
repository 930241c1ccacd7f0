package io.blocktail.producer;

import io.quarkus.tls.TlsConfiguration;
import java.security.KeyStore;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The context of a TLS configuration, made anew when the configuration has read its files again.
/// Files that cannot be used then, such as half of a renewal, leave the former context in use. Safe
/// for use by many threads.
final class ReloadedContext implements Supplier<SSLContext> {
  private static final Logger LOG = Logger.getLogger(ReloadedContext.class);

  private final TlsConfiguration tls;
  private SSLContext context;

  /// What was there when the context was made, or could not be made.
  private @Nullable KeyStore keys;

  private @Nullable KeyStore trusted;

  /// @throws Exception as it comes from there, when the configuration cannot be used
  ReloadedContext(TlsConfiguration tls) throws Exception {
    this.tls = tls;
    this.keys = tls.getKeyStore();
    this.trusted = tls.getTrustStore();
    this.context = tls.createSSLContext();
  }

  @Override
  public synchronized SSLContext get() {
    KeyStore keys = tls.getKeyStore();
    KeyStore trusted = tls.getTrustStore();
    if (keys != this.keys || trusted != this.trusted) {
      this.keys = keys;
      this.trusted = trusted;
      makeAnew();
    }
    return context;
  }

  private void makeAnew() {
    try {
      context = tls.createSSLContext();
      LOG.infof("the TLS configuration '%s' was read again", tls.getName());
    } catch (Exception e) {
      LOG.errorf(
          "the TLS configuration '%s' was read again and cannot be used, so that the former one is:"
              + " %s",
          tls.getName(), e.getMessage());
    }
  }
}
