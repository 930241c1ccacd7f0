package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// The direct buffers of one connection in transmission. Their size does not depend on anything
/// that a client says.
///
/// @param incoming holds requests with their data
/// @param outgoing holds replies with their data
record Buffers(ByteBuffer incoming, ByteBuffer outgoing) {
  /// Room for a request of 1 MiB, the largest that most clients send, and for some small ones.
  static final int SIZE = (1 << 20) + (128 << 10);

  /// The buffers of a server. They are kept when a connection ends, since direct memory comes back
  /// only with a collection of garbage; so there are never more than there were connections at
  /// once.
  static final class Pool {
    private final ArrayDeque<Buffers> free = new ArrayDeque<>();
    private int made;

    synchronized Buffers take() {
      Buffers buffers = free.poll();
      if (buffers == null) {
        buffers = new Buffers(ByteBuffer.allocateDirect(SIZE), ByteBuffer.allocateDirect(SIZE));
        made++;
      }
      return buffers;
    }

    synchronized void giveBack(Buffers buffers) {
      free.push(buffers);
    }

    /// How many there are, free or not.
    synchronized int made() {
      return made;
    }
  }
}
