package io.blocktail.producer.nbd;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// Where and for whom a server listens.
///
/// @param host the address or name to listen at; only this machine's own (loopback) unless
///   `remoteAllowed`, since NBD without TLS shows and gives every byte to whoever can connect
/// @param port TCP port; 0 for any that is free
/// @param socket path of the Unix socket; null for none
/// @param maxConnections how many clients at once; each takes a thread and, once it has chosen an
///   export, 2.25 MiB of direct memory
/// @param handshakeTimeout how long a client may take to choose an export
/// @param remoteAllowed whether `host` may be one that other machines reach
public record NbdConfig(
    String host,
    int port,
    @Nullable Path socket,
    int maxConnections,
    Duration handshakeTimeout,
    boolean remoteAllowed) {
  public NbdConfig {
    if (host.isBlank()) {
      throw new IllegalArgumentException("the NBD host is empty");
    }
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("the NBD port is %d: 0 to 65535 exist".formatted(port));
    }
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "at most %d NBD connections: must be at least 1".formatted(maxConnections));
    }
    if (!handshakeTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "an NBD handshake timeout of %s: must be positive".formatted(handshakeTimeout));
    }
  }

  /// 64 connections, 10 seconds for the handshake, loopback only.
  public NbdConfig(String host, int port, @Nullable Path socket) {
    this(host, port, socket, 64, Duration.ofSeconds(10), false);
  }
}
