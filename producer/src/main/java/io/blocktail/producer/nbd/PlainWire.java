package io.blocktail.producer.nbd;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// The socket as it is.
///
/// @param socket in blocking mode; belongs to the connection
record PlainWire(SocketChannel socket) implements Wire {
  @Override
  public int read(ByteBuffer into) throws IOException {
    return socket.read(into);
  }

  @Override
  public void write(ByteBuffer from) throws IOException {
    while (from.hasRemaining()) {
      socket.write(from);
    }
  }

  @Override
  public void end() {}
}
