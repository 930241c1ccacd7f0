package io.blocktail.volume;

/// A range of bytes of a volume.
///
/// @param offset of the first byte, in bytes from the volume's start
/// @param length in bytes, at least 1
public record Extent(long offset, long length) {
  public Extent {
    if (offset < 0 || length < 1 || offset > Long.MAX_VALUE - length) {
      throw new IllegalArgumentException("not an extent: " + offset + "+" + length);
    }
  }

  /// The offset just behind the last byte.
  public long end() {
    return offset + length;
  }

  @Override
  public String toString() {
    return offset + "+" + length;
  }
}
