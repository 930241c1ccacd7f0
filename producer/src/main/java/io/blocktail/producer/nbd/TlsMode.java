package io.blocktail.producer.nbd;

/// What a place where clients arrive thinks of TLS (the protocol's section "Server-side
/// requirements" has the same three).
public enum TlsMode {
  /// Nobody can have it.
  OFF,
  /// Who asks for it gets it.
  ALLOWED,
  /// Who does not ask for it gets nothing else.
  REQUIRED
}
