package io.blocktail.producer;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/// Counts what clients write, on its way to another device.
final class CountingDevice implements BlockDevice {
  private final BlockDevice below;
  private final LongAdder changes = new LongAdder();
  private final LongAdder bytes = new LongAdder();

  CountingDevice(BlockDevice below) {
    this.below = below;
  }

  /// Requests that changed something, or tried to.
  long changes() {
    return changes.sum();
  }

  /// Bytes of those that carried data.
  long bytes() {
    return bytes.sum();
  }

  @Override
  public void execute(List<Request> requests, String origin) {
    for (int i = 0; i < requests.size(); i++) {
      Request request = requests.get(i);
      if (request.changes()) {
        changes.increment();
        if (request.operation() == Request.Operation.WRITE) {
          bytes.add(request.length());
        }
      }
    }
    below.execute(requests, origin);
  }

  @Override
  public long size() {
    return below.size();
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    below.read(into, offset);
  }

  @Override
  public void readStored(ByteBuffer into, long offset) throws IOException {
    below.readStored(into, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    changes.increment();
    bytes.add(from.remaining());
    below.write(from, offset);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    changes.increment();
    below.zero(offset, length);
  }

  @Override
  public boolean zeroesFast() {
    return below.zeroesFast();
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    return below.holeAt(offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    return below.dataAt(offset, length);
  }

  @Override
  public void expectRead(long offset, long length) {
    below.expectRead(offset, length);
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
