package io.blocktail.producer.nbd;

import java.time.Duration;

/// What clients may take of a server.
///
/// @param maxConnections how many clients at once; each takes a thread and, once it has chosen an
///   export, 2.25 MiB of direct memory, and 0.3 MiB more with TLS
/// @param handshakeTimeout how long a client may take to choose an export, TLS included
/// @param maxRequest the most data that one read or write may have, in bytes
/// @param maxInFlight how many requests of one connection are worked on at once; more wait in its
///   socket
/// @param keepalive after how much silence of a TCP client it is asked whether it is there; it is
///   given up after as long again without an answer
/// @param farewell how long a client whose requests are refused, since the server stops, may take
///   to leave before it is left
public record NbdLimits(
    int maxConnections,
    Duration handshakeTimeout,
    int maxRequest,
    int maxInFlight,
    Duration keepalive,
    Duration farewell) {
  private static final int SMALLEST_REQUEST = 1 << 20;
  private static final int BLOCK = 4096;

  /// One batch is one gathered write of the journal, and the system takes no more pieces than that.
  private static final int MOST_IN_FLIGHT = 1024;

  private static final Duration SHORTEST_KEEPALIVE = Duration.ofSeconds(4);
  private static final Duration LONGEST_KEEPALIVE = Duration.ofHours(2);

  public NbdLimits {
    if (maxConnections < 1) {
      throw new IllegalArgumentException(
          "at most %d NBD connections: must be at least 1".formatted(maxConnections));
    }
    if (!handshakeTimeout.isPositive()) {
      throw new IllegalArgumentException(
          "an NBD handshake timeout of %s: must be positive".formatted(handshakeTimeout));
    }
    if (maxRequest < SMALLEST_REQUEST
        || maxRequest > Protocol.MAX_PAYLOAD
        || maxRequest % BLOCK != 0) {
      throw new IllegalArgumentException(
          "NBD requests of at most %d bytes: must be whole blocks of %d, from %d to %d"
              .formatted(maxRequest, BLOCK, SMALLEST_REQUEST, Protocol.MAX_PAYLOAD));
    }
    if (maxInFlight < 1 || maxInFlight > MOST_IN_FLIGHT) {
      throw new IllegalArgumentException(
          "at most %d NBD requests in flight: must be 1 to %d"
              .formatted(maxInFlight, MOST_IN_FLIGHT));
    }
    if (keepalive.compareTo(SHORTEST_KEEPALIVE) < 0 || keepalive.compareTo(LONGEST_KEEPALIVE) > 0) {
      throw new IllegalArgumentException(
          "an NBD keepalive of %s: must be %s to %s"
              .formatted(keepalive, SHORTEST_KEEPALIVE, LONGEST_KEEPALIVE));
    }
    if (!farewell.isPositive() || farewell.compareTo(Connections.PATIENCE) > 0) {
      throw new IllegalArgumentException(
          "an NBD farewell of %s: must be positive and at most %s"
              .formatted(farewell, Connections.PATIENCE));
    }
  }

  /// 64 connections, 10 seconds for the handshake, requests of 32 MiB, 1024 in flight, a minute of
  /// silence, a second for the farewell.
  public NbdLimits() {
    this(
        64,
        Duration.ofSeconds(10),
        Protocol.MAX_PAYLOAD,
        MOST_IN_FLIGHT,
        Duration.ofMinutes(1),
        Duration.ofSeconds(1));
  }
}
