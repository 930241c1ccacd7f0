package io.blocktail.digest;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/// What a chunk hashes to: 128 bits, the high half first.
public record Digest(long high, long low) {
  public static final int BYTES = 16;

  /// Takes 16 bytes from the buffer, big-endian.
  public static Digest read(ByteBuffer from) {
    return new Digest(from.getLong(), from.getLong());
  }

  public void write(ByteBuffer into) {
    into.putLong(high).putLong(low);
  }

  public byte[] toBytes() {
    var bytes = new byte[BYTES];
    write(ByteBuffer.wrap(bytes));
    return bytes;
  }

  @Override
  public String toString() {
    var hex = HexFormat.of();
    return hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
