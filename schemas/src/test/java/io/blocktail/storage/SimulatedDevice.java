package io.blocktail.storage;

import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A block device in memory: one file of a [SimulatedDisk], so that it loses power and fails with
/// it.
public final class SimulatedDevice implements BlockDevice {
  private final String name;
  private final DiskFile file;
  private long size;

  public SimulatedDevice(SimulatedDisk disk, String name, long size) throws IOException {
    this.name = name;
    this.file = disk.open(name);
    this.size = Math.max(size, file.size()); // it may have grown
    if (file.size() < size) {
      file.write(ByteBuffer.wrap(new byte[1]), size - 1);
      file.force();
    }
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public void grow(long bytes) throws IOException {
    if (bytes > size) {
      if (file.size() < bytes) {
        file.write(ByteBuffer.wrap(new byte[1]), bytes - 1);
        file.force();
      }
      size = bytes;
    }
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    check(offset, into.remaining());
    file.read(into, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    check(offset, from.remaining());
    file.write(from, offset);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    check(offset, length);
    file.write(ByteBuffer.allocate(Math.toIntExact(length)), offset);
  }

  @Override
  public void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void check(long offset, long length) {
    if (offset < 0 || offset > size - length) {
      throw new AssertionError("outside of the device: " + offset + "+" + length);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
