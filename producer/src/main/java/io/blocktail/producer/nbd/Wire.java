package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The bytes of one connection, as the protocol sees them, whatever carries them. Both directions
/// block, and only the connection's thread uses them.
interface Wire {
  /// Reads once what has arrived, waiting for at least a byte.
  ///
  /// @param into has room
  /// @return how many bytes; -1 when the client sends no more
  int read(ByteBuffer into) throws IOException;

  /// Sends all of `from`, whose limit becomes its position.
  void write(ByteBuffer from) throws IOException;

  /// Says goodbye if there is a way to, after the last write. The socket stays open.
  void end();
}
