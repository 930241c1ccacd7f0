package io.blocktail.event;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/// Avro's integers and texts: zigzag numbers of seven bits a byte, the low bits first, and UTF-8
/// behind its length. Source: Avro specification, "Binary encoding".
final class Varints {
  private static final int MAX_BYTES = 10;

  private Varints() {}

  static void write(ByteBuffer into, long value) {
    long rest = value << 1 ^ value >> 63;
    while ((rest & ~0x7FL) != 0) {
      into.put((byte) (rest | 0x80));
      rest >>>= 7;
    }
    into.put((byte) rest);
  }

  static void writeText(ByteBuffer into, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assert bytes.length <= EventCodec.MAX_TEXT : text;
    write(into, bytes.length);
    into.put(bytes);
  }

  /// @param least the smallest value that the field may have
  /// @param most the largest
  static long read(ByteBuffer from, String field, long least, long most)
      throws InvalidEventException {
    long rest = 0;
    for (int i = 0; i < MAX_BYTES; i++) {
      require(from, field, 1);
      byte b = from.get();
      rest |= (b & 0x7FL) << 7 * i;
      if (b >= 0) {
        long value = rest >>> 1 ^ -(rest & 1);
        if (value < least || value > most) {
          throw new InvalidEventException("an event whose %s is %d".formatted(field, value));
        }
        return value;
      }
    }
    throw new InvalidEventException("an event whose %s is no number".formatted(field));
  }

  static String readText(ByteBuffer from, String field, int limit) throws InvalidEventException {
    int length = (int) read(from, field, 0, limit);
    require(from, field, length);
    try {
      String text =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(from.slice(from.position(), length))
              .toString();
      from.position(from.position() + length);
      return text;
    } catch (CharacterCodingException e) {
      throw new InvalidEventException("an event whose %s is no UTF-8".formatted(field), e);
    }
  }

  static void require(ByteBuffer from, String field, int bytes) throws InvalidEventException {
    if (from.remaining() < bytes) {
      throw new InvalidEventException(
          "an event that ends in its %s: %d bytes wanted, %d there"
              .formatted(field, bytes, from.remaining()));
    }
  }
}
