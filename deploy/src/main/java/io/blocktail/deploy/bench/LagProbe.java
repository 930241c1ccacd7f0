package io.blocktail.deploy.bench;

import io.blocktail.deploy.nbd.NbdConnection;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Writes 4 KiB blocks over NBD at a steady rate, and has [ReplicaWatcher]s see some of them
/// arrive. Each write has its due time from the start on, so that one that is slow does not thin
/// out those that follow. Two threads: the caller's sends, `lag-replies` receives.
final class LagProbe {
  static final int BLOCK = 4 << 10;

  /// Blocks lie scattered over the volume, and none is written twice within a run: a prime, so that
  /// the walk meets every block of any smaller volume once before it comes back.
  private static final long STRIDE = 982_451_653L;

  private static final int IN_FLIGHT = 64;

  private final Agenda.LagSettings settings;
  private final Semaphore room = new Semaphore(IN_FLIGHT);
  private volatile @Nullable IOException failure;

  LagProbe(Agenda.LagSettings settings) {
    this.settings = settings;
  }

  /// @return of all replicas together
  LagFigures measure(Path socket, String exportName, List<Path> replicas)
      throws BenchFailedException, InterruptedException {
    List<ReplicaWatcher> watchers = replicas.stream().map(ReplicaWatcher::new).toList();
    watchers.forEach(ReplicaWatcher::start);
    List<Long> lags = new ArrayList<>();
    double rate;
    try (NbdConnection writer =
        NbdConnection.open(UnixDomainSocketAddress.of(socket), exportName)) {
      rate = run(writer, watchers);
    } catch (IOException e) {
      throw new BenchFailedException("writing for the lag: " + e.getMessage(), e);
    } finally {
      for (ReplicaWatcher watcher : watchers) {
        lags.addAll(watcher.finish());
      }
    }
    return LagFigures.of(lags, rate);
  }

  /// @return bytes a second that were written
  private double run(NbdConnection writer, List<ReplicaWatcher> watchers)
      throws IOException, InterruptedException {
    long run = new Random().nextLong() | 1;
    long blocks = writer.size() / BLOCK;
    if (settings.writes() > blocks) {
      throw new IOException("the volume has fewer than " + settings.writes() + " blocks");
    }
    Thread replies = new Thread(() -> receive(writer, watchers, run, blocks), "lag-replies");
    replies.start();
    long start = System.nanoTime();
    send(writer, run, blocks, start);
    replies.join();
    if (failure != null) {
      throw failure;
    }
    return settings.bytes() * 1e9 / (System.nanoTime() - start);
  }

  private void send(NbdConnection writer, long run, long blocks, long start)
      throws IOException, InterruptedException {
    ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
    double interval = BLOCK * 1e9 / settings.bytesPerSecond();
    for (int i = 0; i < settings.writes() && failure == null; i++) {
      long due = start + (long) (i * interval);
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
      }
      if (!room.tryAcquire(30, TimeUnit.SECONDS)) {
        throw new IOException("no write was answered for 30 s");
      }
      // At the block's end, so that seeing it means that the whole block is there.
      block.clear().putLong(BLOCK - 16, run).putLong(BLOCK - 8, i);
      writer.write(i, offset(i, blocks), block);
    }
  }

  private void receive(NbdConnection writer, List<ReplicaWatcher> watchers, long run, long blocks) {
    try {
      for (int answered = 0; answered < settings.writes(); answered++) {
        NbdConnection.Reply reply = writer.reply();
        long now = System.nanoTime();
        long number = reply.cookie();
        if (reply.error() != 0) {
          throw new IOException("a write was answered with NBD error " + reply.error());
        }
        room.release();
        if (number % settings.sampleEvery() == 0) {
          ReplicaWatcher.Sample sample =
              new ReplicaWatcher.Sample(
                  offset(number, blocks) + BLOCK - ReplicaWatcher.Mark.BYTES,
                  new ReplicaWatcher.Mark(run, number),
                  now);
          watchers.forEach(watcher -> watcher.expect(sample));
        }
      }
    } catch (IOException e) {
      failure = e;
      room.release(IN_FLIGHT);
    }
  }

  private static long offset(long number, long blocks) {
    return number * STRIDE % blocks * BLOCK;
  }
}
