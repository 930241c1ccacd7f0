package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// A device in memory that knows its holes, and can fail at a place.
final class SparseMemory implements BlockDevice {
  private static final int PIECE = 32 << 10;
  private static final byte[] ZEROS = new byte[PIECE];

  private final byte[] content;
  private final boolean[] present;

  /// Whoever reads or changes this byte fails; -1 for none.
  long bad = -1;

  /// @param size in bytes, a multiple of 32 KiB
  SparseMemory(int size) {
    this.content = new byte[size];
    this.present = new boolean[size / PIECE];
  }

  /// All holes again.
  void clear() {
    for (int piece = 0; piece < present.length; piece++) {
      if (present[piece]) {
        Arrays.fill(content, piece * PIECE, (piece + 1) * PIECE, (byte) 0);
        present[piece] = false;
      }
    }
  }

  private void check(long offset, long length) throws IOException {
    if (offset < 0 || length < 0 || offset > size() - length) {
      throw new AssertionError("outside of the device: " + offset + "+" + length);
    }
    if (offset <= bad && bad < offset + length) {
      throw new IOException("bad medium at " + bad);
    }
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    check(offset, into.remaining());
    into.put(content, (int) offset, into.remaining());
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    check(offset, from.remaining());
    if (from.hasRemaining()) {
      int last = (int) ((offset + from.remaining() - 1) / PIECE);
      Arrays.fill(present, (int) (offset / PIECE), last + 1, true);
    }
    from.get(content, (int) offset, from.remaining());
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    check(offset, length);
    int end = (int) (offset + length);
    for (int at = (int) offset; at < end; ) {
      int piece = at / PIECE;
      int until = Math.min(end, (piece + 1) * PIECE);
      if (present[piece]) {
        Arrays.fill(content, at, until, (byte) 0);
        present[piece] = until - at < PIECE;
      }
      at = until;
    }
  }

  @Override
  public void fill(long offset, long length) throws IOException {
    for (long at = offset; at < offset + length; at += PIECE) {
      int bytes = (int) Math.min(PIECE, offset + length - at);
      write(ByteBuffer.wrap(ZEROS, 0, bytes), at);
    }
  }

  @Override
  public boolean zeroesFast() {
    return true;
  }

  private long run(long offset, long length, boolean wanted) throws IOException {
    check(offset, length);
    long at = offset;
    while (at < offset + length && present[(int) (at / PIECE)] == wanted) {
      at = (at / PIECE + 1) * PIECE;
    }
    return Math.min(at - offset, length);
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    return run(offset, length, false);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    return run(offset, length, true);
  }

  @Override
  public void expectRead(long offset, long length) {
    if (offset < 0 || length <= 0 || offset > size() - length) {
      throw new AssertionError("outside of the device: " + offset + "+" + length);
    }
  }

  @Override
  public void force() {}

  @Override
  public void close() {}
}
