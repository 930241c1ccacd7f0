package io.blocktail.producer.nbd;

/// What a connection gets.
///
/// @param maxRequest the most data of one request, in bytes
/// @param maxInFlight the most requests that are worked on at once
record Terms(TlsMode tls, int maxRequest, int maxInFlight) {}
