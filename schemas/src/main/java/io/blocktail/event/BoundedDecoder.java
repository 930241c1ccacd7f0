package io.blocktail.event;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;
import org.jspecify.annotations.Nullable;

/// Avro's binary decoder over bytes from outside. Avro makes room for what a text, a byte string or
/// an array claims before it looks whether that much is there; this one looks first.
final class BoundedDecoder extends Decoder {
  private final BinaryDecoder bytes;

  BoundedDecoder(byte[] record, int offset, int length) {
    this.bytes = DecoderFactory.get().binaryDecoder(record, offset, length, null);
  }

  boolean isEnd() throws IOException {
    return bytes.isEnd();
  }

  /// An item takes at least one byte in all schemas here.
  private int claim(long wanted) throws IOException {
    int there = bytes.inputStream().available();
    if (wanted < 0 || wanted > there) {
      throw new EOFException("%d bytes or items claimed, %d bytes there".formatted(wanted, there));
    }
    return (int) wanted;
  }

  private byte[] take() throws IOException {
    var taken = new byte[claim(bytes.readLong())];
    bytes.readFixed(taken);
    return taken;
  }

  @Override
  public Utf8 readString(@Nullable Utf8 old) throws IOException {
    return new Utf8(take());
  }

  @Override
  public String readString() throws IOException {
    return new String(take(), StandardCharsets.UTF_8);
  }

  @Override
  public ByteBuffer readBytes(@Nullable ByteBuffer old) throws IOException {
    return ByteBuffer.wrap(take());
  }

  @Override
  public long readArrayStart() throws IOException {
    return claim(bytes.readArrayStart());
  }

  @Override
  public long arrayNext() throws IOException {
    return claim(bytes.arrayNext());
  }

  @Override
  public long readMapStart() throws IOException {
    return claim(bytes.readMapStart());
  }

  @Override
  public long mapNext() throws IOException {
    return claim(bytes.mapNext());
  }

  @Override
  public void readNull() throws IOException {
    bytes.readNull();
  }

  @Override
  public boolean readBoolean() throws IOException {
    return bytes.readBoolean();
  }

  @Override
  public int readInt() throws IOException {
    return bytes.readInt();
  }

  @Override
  public long readLong() throws IOException {
    return bytes.readLong();
  }

  @Override
  public float readFloat() throws IOException {
    return bytes.readFloat();
  }

  @Override
  public double readDouble() throws IOException {
    return bytes.readDouble();
  }

  @Override
  public void readFixed(byte[] into, int start, int length) throws IOException {
    bytes.readFixed(into, start, length);
  }

  @Override
  public int readEnum() throws IOException {
    return bytes.readEnum();
  }

  @Override
  public int readIndex() throws IOException {
    return bytes.readIndex();
  }

  @Override
  public void skipString() throws IOException {
    bytes.skipString();
  }

  @Override
  public void skipBytes() throws IOException {
    bytes.skipBytes();
  }

  @Override
  public void skipFixed(int length) throws IOException {
    bytes.skipFixed(length);
  }

  @Override
  public long skipArray() throws IOException {
    return bytes.skipArray();
  }

  @Override
  public long skipMap() throws IOException {
    return bytes.skipMap();
  }
}
