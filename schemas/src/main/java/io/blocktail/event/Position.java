package io.blocktail.event;

/// A place in a volume's whole history, which also is the version of a block: the epoch in the
/// upper 16 bits and the sequence in the lower 48 of a `long` that is compared *unsigned*. 0 stands
/// for "before everything".
public final class Position {
  public static final int MAX_EPOCH = 0xFFFF;
  public static final long MAX_SEQUENCE = (1L << 48) - 1;

  private Position() {}

  public static long of(int epoch, long sequence) {
    assert epoch >= 0 && epoch <= MAX_EPOCH && sequence >= 0 && sequence <= MAX_SEQUENCE;
    return (long) epoch << 48 | sequence;
  }

  public static int epoch(long position) {
    return (int) (position >>> 48);
  }

  public static long sequence(long position) {
    return position & MAX_SEQUENCE;
  }

  public static boolean isAfter(long position, long other) {
    return Long.compareUnsigned(position, other) > 0;
  }

  public static String toString(long position) {
    return epoch(position) + ":" + sequence(position);
  }
}
