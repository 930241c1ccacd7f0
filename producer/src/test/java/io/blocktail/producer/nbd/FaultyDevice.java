package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A device that fails every read and write that touches a range, and every force when told to.
final class FaultyDevice implements BlockDevice {
  private final BlockDevice under;
  volatile long badFrom = Long.MAX_VALUE;
  volatile long badTo = Long.MAX_VALUE;
  volatile boolean forceFails;

  FaultyDevice(BlockDevice under) {
    this.under = under;
  }

  private void check(long offset, long length) throws IOException {
    if (offset < badTo && badFrom < offset + length) {
      throw new IOException("bad medium between %d and %d".formatted(badFrom, badTo));
    }
  }

  @Override
  public long size() {
    return under.size();
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    check(offset, into.remaining());
    under.read(into, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    check(offset, from.remaining());
    under.write(from, offset);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    check(offset, length);
    under.zero(offset, length);
  }

  @Override
  public boolean zeroesFast() {
    return under.zeroesFast();
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    return under.holeAt(offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    check(offset, length);
    return under.dataAt(offset, length);
  }

  @Override
  public void expectRead(long offset, long length) {
    under.expectRead(offset, length);
  }

  @Override
  public void force() throws IOException {
    if (forceFails) {
      throw new IOException("the disk does not answer");
    }
    under.force();
  }

  @Override
  public void close() throws IOException {
    under.close();
  }
}
