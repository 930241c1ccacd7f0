package io.blocktail.producer.pull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;

/// A read's data and holes: each byte of the range once.
final class Content implements Answer {
  private static final int OFFSET_DATA = 1;
  private static final int OFFSET_HOLE = 2;

  private final ByteBuffer into;
  private final int start;
  private final long offset;
  private final int length;
  private final BitSet covered;

  Content(ByteBuffer into, long offset, int length) {
    this.into = into;
    this.start = into.position();
    this.offset = offset;
    this.length = length;
    this.covered = new BitSet(length);
  }

  @Override
  public void chunk(Peer peer, int type, long claimed) throws IOException {
    if (type == OFFSET_DATA && claimed > 8) {
      long at = peer.receive(8).getLong();
      peer.fill(part(at, claimed - 8));
    } else if (type == OFFSET_HOLE && claimed == 12) {
      ByteBuffer hole = peer.receive(12);
      ByteBuffer part = part(hole.getLong(), hole.getInt() & 0xffff_ffffL);
      part.put(new byte[part.remaining()]);
    } else {
      throw new IOException(
          "the NBD server answers a read with %d bytes of type %d".formatted(claimed, type));
    }
  }

  private ByteBuffer part(long at, long size) throws IOException {
    long from = at - offset;
    if (from < 0 || size <= 0 || size > length || from > length - size) {
      throw new IOException("the NBD server sends what was not asked for");
    }
    if (covered.get((int) from, (int) (from + size)).cardinality() != 0) {
      throw new IOException("the NBD server sends something twice");
    }
    covered.set((int) from, (int) (from + size));
    return into.slice(start + (int) from, (int) size);
  }

  @Override
  public void end() throws IOException {
    if (covered.cardinality() != length) {
      throw new IOException("the NBD server sends less than was asked for");
    }
  }
}
