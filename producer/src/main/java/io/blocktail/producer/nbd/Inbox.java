package io.blocktail.producer.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/// The bytes that have arrived on a connection and were not taken yet, in one buffer from `start`
/// to `end`. Only the connection's thread uses it.
final class Inbox {
  /// Frames from this size on are read exactly to their end, so that nothing behind them must be
  /// moved; below, one read takes all there is.
  private static final int EXACT = 128 << 10;

  /// What is left of less than this is moved to the front, where the processor's cache is warm.
  private static final int SMALL = 16 << 10;

  private final Wire wire;
  private final ByteBuffer buffer;
  private int start;
  private int end;

  Inbox(Wire wire, ByteBuffer buffer) {
    this.wire = wire;
    this.buffer = buffer;
  }

  ByteBuffer buffer() {
    return buffer;
  }

  int start() {
    return start;
  }

  int available() {
    return end - start;
  }

  void take(int bytes) {
    assert bytes <= available() : bytes + " of " + available();
    start += bytes;
  }

  /// Reads once what the socket has, waiting for at least a byte.
  ///
  /// @param frame how many bytes from [#start] on are wanted next; they fit the buffer
  /// @return false when the client sends no more
  boolean receive(int frame) throws IOException {
    if (start == end || available() <= SMALL || frame > buffer.capacity() - start) {
      buffer.limit(end).position(start).compact();
      end -= start;
      start = 0;
    }
    buffer.limit(frame >= EXACT ? start + frame : buffer.capacity()).position(end);
    int n = wire.read(buffer);
    if (n < 0) {
      return false;
    }
    end += n;
    return true;
  }

  /// Waits until `bytes` are there.
  ///
  /// @throws EOFException when the client sends no more
  void await(int bytes) throws IOException {
    while (available() < bytes) {
      if (!receive(bytes)) {
        throw new EOFException("the client left in the middle of a request");
      }
    }
  }

  /// Takes so many bytes and forgets them, however many they are.
  void skip(long bytes) throws IOException {
    for (long left = bytes; left > 0; ) {
      await(1);
      int n = (int) Math.min(left, available());
      take(n);
      left -= n;
    }
  }
}
