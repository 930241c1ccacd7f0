package io.blocktail.producer.nbd;

/// How a long read is cut into data and holes. A device is asked about a hole only at the start of
/// each granule, so that a read which is all data costs little more than one without the question;
/// a hole counts if it reaches the next one. Used again for every read.
final class Runs {
  /// Bytes. A read that is shorter is taken as data.
  static final int GRANULE = 64 << 10;

  private static final int MOST = Buffers.SIZE / GRANULE + 2;

  private final int[] lengths = new int[MOST];
  private final boolean[] holes = new boolean[MOST];
  private int count;

  /// Looks at a range that fits the buffers.
  void find(DeviceUse device, long offset, int length) {
    count = 0;
    long end = offset + length;
    for (long at = offset; at < end; ) {
      long next = Math.min(end, (at / GRANULE + 1) * GRANULE);
      long hole = device.holeAt(at, end - at);
      if (at + hole >= next) {
        add(true, (int) hole);
        at += hole;
      } else {
        add(false, (int) (next - at));
        at = next;
      }
    }
  }

  /// Takes the range as data.
  void single(int length) {
    count = 0;
    add(false, length);
  }

  private void add(boolean hole, int length) {
    if (count > 0 && holes[count - 1] == hole) {
      lengths[count - 1] += length;
      return;
    }
    lengths[count] = length;
    holes[count] = hole;
    count++;
  }

  int count() {
    return count;
  }

  /// In bytes.
  int length(int run) {
    return lengths[run];
  }

  boolean isHole(int run) {
    return holes[run];
  }
}
