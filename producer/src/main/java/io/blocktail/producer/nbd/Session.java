package io.blocktail.producer.nbd;

import java.util.List;

/// What the handshake has settled for the transmission.
///
/// @param contexts what BLOCK_STATUS answers about; the id of each is its place here, from 1 on
record Session(Export export, Framing framing, List<Context> contexts) {
  /// The most contexts that one connection selects: each is one more answer to every question.
  static final int MOST_CONTEXTS = 16;

  Session {
    contexts = List.copyOf(contexts);
  }

  /// Whether BLOCK_STATUS may name the contexts that it is about.
  boolean namesContexts() {
    return framing == Framing.EXTENDED && !contexts.isEmpty();
  }

  /// What the client may make use of. FLUSH and FUA force what all connections share, so
  /// CAN_MULTI_CONN holds.
  short flags() {
    int flags =
        Protocol.HAS_FLAGS
            | Protocol.SEND_FLUSH
            | Protocol.SEND_FUA
            | Protocol.CAN_MULTI_CONN
            | Protocol.SEND_CACHE;
    flags |=
        export.readOnly()
            ? Protocol.READ_ONLY
            : Protocol.SEND_TRIM | Protocol.SEND_WRITE_ZEROES | Protocol.SEND_FAST_ZERO;
    if (framing.chunks()) {
      flags |= Protocol.SEND_DF;
    }
    if (namesContexts()) {
      flags |= Protocol.BLOCK_STATUS_PAYLOAD;
    }
    return (short) flags;
  }
}
