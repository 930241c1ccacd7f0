package io.blocktail.producer.nbd;

import org.jspecify.annotations.Nullable;

/// Where a server has TLS.
///
/// @param tcp for those who come over TCP
/// @param unix for those who come over the Unix socket
/// @param engines null when both are off
public record TlsPolicy(TlsMode tcp, TlsMode unix, @Nullable TlsEngines engines) {
  /// No TLS.
  static final TlsPolicy NONE = new TlsPolicy(TlsMode.OFF, TlsMode.OFF, null);

  public TlsPolicy {
    if (engines == null && (tcp != TlsMode.OFF || unix != TlsMode.OFF)) {
      throw new IllegalArgumentException("NBD over TLS needs a certificate");
    }
  }

  /// Whether all who come over TCP show a certificate that is trusted here.
  boolean knowsEveryone() {
    return tcp == TlsMode.REQUIRED && engines != null && engines.clientCertificates();
  }
}
