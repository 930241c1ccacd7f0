package io.blocktail.producer.nbd;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Request;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Remembers what it was asked for, and can hold its callers back.
final class RecordingDevice implements BlockDevice {
  record Asked(
      Request.Operation operation, long offset, long length, boolean durable, String origin) {}

  private final BlockDevice under;
  final List<List<Asked>> batches = new CopyOnWriteArrayList<>();
  volatile @Nullable CountDownLatch gate;

  /// How often it was asked about holes.
  final AtomicInteger looks = new AtomicInteger();

  /// What it was told to expect, as offset+length.
  final List<String> expected = new CopyOnWriteArrayList<>();

  RecordingDevice(BlockDevice under) {
    this.under = under;
  }

  List<Asked> all() {
    return batches.stream().flatMap(List::stream).toList();
  }

  @Override
  public void execute(List<Request> requests, String origin) {
    batches.add(
        requests.stream()
            .map(r -> new Asked(r.operation(), r.offset(), r.length(), r.durable(), origin))
            .toList());
    CountDownLatch gate = this.gate;
    if (gate != null) {
      try {
        gate.await();
      } catch (InterruptedException e) {
        throw new AssertionError("a connection's thread was interrupted", e);
      }
    }
    under.execute(requests, origin);
  }

  @Override
  public long size() {
    return under.size();
  }

  @Override
  public void read(ByteBuffer into, long offset) throws IOException {
    under.read(into, offset);
  }

  @Override
  public void write(ByteBuffer from, long offset) throws IOException {
    under.write(from, offset);
  }

  @Override
  public void zero(long offset, long length) throws IOException {
    under.zero(offset, length);
  }

  @Override
  public boolean zeroesFast() {
    return under.zeroesFast();
  }

  @Override
  public long holeAt(long offset, long length) throws IOException {
    looks.incrementAndGet();
    return under.holeAt(offset, length);
  }

  @Override
  public long dataAt(long offset, long length) throws IOException {
    return under.dataAt(offset, length);
  }

  @Override
  public void expectRead(long offset, long length) {
    expected.add(offset + "+" + length);
    under.expectRead(offset, length);
  }

  @Override
  public void force() throws IOException {
    under.force();
  }

  @Override
  public void close() throws IOException {
    under.close();
  }
}
