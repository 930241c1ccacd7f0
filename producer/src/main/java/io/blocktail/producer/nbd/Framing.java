package io.blocktail.producer.nbd;

/// How requests and replies are framed on a connection, which the client settles in the handshake.
enum Framing {
  /// What every client knows: a reply is a header, and the data of a read.
  SIMPLE(28, 16),

  /// Replies that have something to say are chunks with a type and a length. Others stay simple.
  STRUCTURED(28, 20),

  /// All is chunks, and lengths have 64 bits.
  EXTENDED(32, 32);

  private final int request;
  private final int reply;

  Framing(int request, int reply) {
    this.request = request;
    this.reply = reply;
  }

  /// Bytes of a request without its payload.
  int request() {
    return request;
  }

  /// Bytes of a reply, or of a chunk of one, without its payload.
  int reply() {
    return reply;
  }

  /// Whether replies are made of chunks.
  boolean chunks() {
    return this != SIMPLE;
  }
}
