package io.blocktail.producer.nbd;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Where and for whom a server listens.
///
/// @param host the address or name to listen at. One that other machines reach is refused unless
///   they must show a certificate or `insecureRemoteAllowed`, since whoever connects reads and
///   writes every byte
/// @param port TCP port; 0 for any that is free
/// @param socket path of the Unix socket; null for none
/// @param insecureRemoteAllowed whether machines that show no certificate may connect
public record NbdConfig(
    String host,
    int port,
    @Nullable Path socket,
    TlsPolicy tls,
    NbdLimits limits,
    boolean insecureRemoteAllowed) {
  public NbdConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the NBD host is empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("the NBD port is %d: 0 to 65535 exist".formatted(port));
    }
  }

  /// Loopback only, without TLS.
  public NbdConfig(String host, int port, @Nullable Path socket) {
    this(host, port, socket, TlsPolicy.NONE, new NbdLimits(), false);
  }

  boolean remoteAllowed() {
    return insecureRemoteAllowed || tls.knowsEveryone();
  }

  /// What those who come over TCP get.
  Terms tcp() {
    return new Terms(tls.tcp(), limits.maxRequest(), limits.maxInFlight());
  }

  /// What those who come over the Unix socket get.
  Terms unix() {
    return new Terms(tls.unix(), limits.maxRequest(), limits.maxInFlight());
  }
}
