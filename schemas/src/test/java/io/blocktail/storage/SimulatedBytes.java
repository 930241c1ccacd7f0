package io.blocktail.storage;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// The content of a simulated file. Never changes: each write gives another one, which shares the
/// pages that it left alone, so that a copy of a whole disk costs nothing.
final class SimulatedBytes {
  private static final int PAGE = 4096;

  /// Never written into.
  private static final byte[] ZEROS = new byte[PAGE];

  private final byte[][] pages;

  private final int length;

  SimulatedBytes() {
    this(new byte[0][], 0);
  }

  private SimulatedBytes(byte[][] pages, int length) {
    this.pages = pages;
    this.length = length;
  }

  int length() {
    return length;
  }

  /// What a write makes of it; what it skips reads as zeros.
  SimulatedBytes with(int position, byte[] bytes) {
    int end = Math.max(length, position + bytes.length);
    byte[][] changed = Arrays.copyOf(pages, (end + PAGE - 1) / PAGE);
    Arrays.fill(changed, pages.length, changed.length, ZEROS);
    for (int done = 0; done < bytes.length; ) {
      int at = position + done;
      int part = Math.min(bytes.length - done, PAGE - at % PAGE);
      changed[at / PAGE] = page(changed[at / PAGE], at % PAGE, bytes, done, part);
      done += part;
    }
    return new SimulatedBytes(changed, end);
  }

  private static byte[] page(byte[] before, int at, byte[] bytes, int from, int count) {
    if (before == ZEROS && isZero(bytes, from, count)) {
      return ZEROS;
    }
    byte[] page = before.clone();
    System.arraycopy(bytes, from, page, at, count);
    return page;
  }

  private static boolean isZero(byte[] bytes, int from, int count) {
    for (int i = from; i < from + count; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  SimulatedBytes flipped(int position, int mask) {
    int now = pages[position / PAGE][position % PAGE];
    return with(position, new byte[] {(byte) (now ^ mask)});
  }

  /// @return how many bytes were read, 0 at or behind the end
  int read(ByteBuffer into, int position) {
    int count = Math.clamp(length - (long) position, 0, into.remaining());
    for (int done = 0; done < count; ) {
      int at = position + done;
      int part = Math.min(count - done, PAGE - at % PAGE);
      into.put(pages[at / PAGE], at % PAGE, part);
      done += part;
    }
    return count;
  }

  byte[] toArray() {
    var all = ByteBuffer.allocate(length);
    int _ = read(all, 0);
    return all.array();
  }
}
