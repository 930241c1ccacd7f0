package io.blocktail.producer.capture;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A device of which one block cannot be read.
record UnreadableDevice(BlockDevice below, long block) implements BlockDevice {
  @Override
  public long size() {
    return below.size();
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    if (offset <= block && block < offset + into.remaining()) {
      throw new IOException("unreadable");
    }
    below.read(into, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    below.write(from, offset);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    below.zero(offset, length);
  }

  @Override
  public void force() throws IOException {
    below.force();
  }

  @Override
  public void close() throws IOException {
    below.close();
  }
}
