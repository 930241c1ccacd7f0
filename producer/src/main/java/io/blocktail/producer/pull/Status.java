package io.blocktail.producer.pull;

import java.io.IOException;
import java.nio.ByteBuffer;

/// A range's extents, from its start on and without a seam.
final class Status implements Answer {
  private static final int STATUS = 5;

  /// Takes what the server tells.
  @FunctionalInterface
  interface Extents {
    void extent(long offset, long length, int flags);
  }

  private final int context;
  private final long offset;
  private final long length;
  private final Extents extents;
  private long told;

  Status(int context, long offset, long length, Extents extents) {
    this.context = context;
    this.offset = offset;
    this.length = length;
    this.extents = extents;
  }

  /// How many bytes of the range it was about.
  long told() {
    return told;
  }

  @Override
  public void chunk(Peer peer, int type, long claimed) throws IOException {
    if (type != STATUS || claimed < 12 || claimed % 8 != 4) {
      throw new IOException(
          "the NBD server answers a question for extents with %d bytes of type %d"
              .formatted(claimed, type));
    }
    boolean asked = peer.receive(4).getInt() == context;
    for (long left = claimed - 4; left > 0; left -= 8) {
      ByteBuffer extent = peer.receive(8);
      long size = extent.getInt() & 0xffff_ffffL;
      int flags = extent.getInt();
      if (asked) {
        take(size, flags);
      }
    }
  }

  /// The last one may reach beyond what was asked for.
  private void take(long size, int flags) throws IOException {
    if (size == 0) {
      throw new IOException("the NBD server tells of an empty extent");
    }
    long part = Math.min(size, length - told);
    if (part > 0) {
      extents.extent(offset + told, part, flags);
      told += part;
    }
  }

  @Override
  public void end() throws IOException {
    if (told == 0) {
      throw new IOException("the NBD server tells of no extent");
    }
  }
}
