package io.blocktail.volume;

/// The size of a volume and how it is cut into blocks and chunks.
///
/// @param size in bytes, a positive multiple of [#BLOCK]
/// @param chunkSize in bytes, a power of two, at least [#MAX_CHANGE]; the last chunk may be shorter
public record Geometry(long size, int chunkSize) {
  /// The unit of versions, in bytes: every change covers whole blocks.
  public static final int BLOCK = 4096;

  /// The most data that one change carries, in bytes, so that a record fits any broker's default
  /// limit.
  public static final int MAX_CHANGE = 512 << 10;

  public static final int DEFAULT_CHUNK = 1 << 20;

  /// 64 TiB in chunks of 1 MiB. Everybody who knows a volume keeps bits and counters for each of
  /// its chunks, also one who knows it by nothing but a record.
  public static final int MAX_CHUNKS = 1 << 26;

  public Geometry {
    if (chunkSize < MAX_CHANGE || chunkSize > 1 << 26 || Integer.bitCount(chunkSize) != 1) {
      throw new IllegalArgumentException(
          "a chunk size of %d bytes: must be a power of two from 512 KiB to 64 MiB"
              .formatted(chunkSize));
    }
    if (size <= 0 || size % BLOCK != 0) {
      throw new IllegalArgumentException(
          "a volume size of %d bytes: must be a positive multiple of 4096".formatted(size));
    }
    if ((size - 1) / chunkSize >= MAX_CHUNKS) {
      throw new IllegalArgumentException(
          "a volume of %d bytes has more than %d chunks of %d bytes: larger chunks are needed"
              .formatted(size, MAX_CHUNKS, chunkSize));
    }
  }

  public static Geometry of(long size) {
    return new Geometry(size, DEFAULT_CHUNK);
  }

  /// The same in so many bytes.
  ///
  /// @throws IllegalArgumentException when no volume can have them
  public Geometry grownTo(long bytes) {
    return new Geometry(bytes, chunkSize);
  }

  public int chunks() {
    return (int) ((size + chunkSize - 1) / chunkSize);
  }

  public long blocks() {
    return size / BLOCK;
  }

  /// The chunk that holds the byte at `offset`.
  public int chunkAt(long offset) {
    return (int) (offset >>> Integer.numberOfTrailingZeros(chunkSize));
  }

  public long chunkOffset(int chunk) {
    return (long) chunk * chunkSize;
  }

  /// The length of a chunk in bytes: the chunk size, less for a shorter last chunk.
  public int chunkLength(int chunk) {
    return (int) Math.min(chunkSize, size - chunkOffset(chunk));
  }

  /// Whether the range lies inside the volume.
  public boolean contains(long offset, long length) {
    return offset >= 0 && length >= 0 && offset <= size && length <= size - offset;
  }

  public static boolean aligned(long offset, long length) {
    return ((offset | length) & (BLOCK - 1)) == 0;
  }

  /// Whether the range is one that a change may have: whole blocks of one chunk of this volume.
  public boolean isChangeExtent(long offset, long length) {
    return length > 0
        && contains(offset, length)
        && aligned(offset, length)
        && chunkAt(offset) == chunkAt(offset + length - 1);
  }
}
