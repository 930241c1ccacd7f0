package io.blocktail.producer.nbd;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;

/// A client in memory that has sent all it ever sends.
final class BytesWire implements Wire {
  private final ByteBuffer sent;
  private final IntUnaryOperator portion;
  private byte[] answered = new byte[1 << 16];
  private int length;
  private long grown;
  private int readsBehindEnd;

  /// @param portion how many of so many bytes arrive together, at least one
  BytesWire(byte[] sent, IntUnaryOperator portion) {
    this.sent = ByteBuffer.wrap(sent);
    this.portion = portion;
  }

  /// All that the server reads arrives together.
  BytesWire(byte[] sent) {
    this(sent, most -> most);
  }

  @Override
  public int read(ByteBuffer into) {
    int most = Math.min(into.remaining(), sent.remaining());
    if (!into.hasRemaining()) {
      throw new AssertionError("a read into a buffer without room");
    }
    if (most == 0) {
      if (++readsBehindEnd > 10) {
        throw new AssertionError("reads and reads behind the end");
      }
      return -1;
    }
    int bytes = portion.applyAsInt(most);
    into.put(sent.slice(sent.position(), bytes));
    sent.position(sent.position() + bytes);
    return bytes;
  }

  @Override
  public void write(ByteBuffer from) {
    int bytes = from.remaining();
    if (answered.length - length < bytes) {
      answered = Arrays.copyOf(answered, Math.max(2 * answered.length, length + bytes));
      grown += answered.length;
    }
    from.get(answered, length, bytes);
    length += bytes;
  }

  @Override
  public void end() {}

  /// How many bytes were allocated for what the server said.
  long grown() {
    return grown;
  }

  /// What the server has said so far.
  ByteBuffer answered() {
    return ByteBuffer.wrap(answered, 0, length).slice();
  }
}
