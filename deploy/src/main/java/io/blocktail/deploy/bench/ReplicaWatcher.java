package io.blocktail.deploy.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// Sees acknowledged blocks arrive in one replica's image, by reading it through the page cache as
/// any other program would. Asking the consumer would tell only what it says, and not to the tenth
/// of a millisecond. Its own thread sleeps while no sample is due, and naps [#NAP_NANOS] between
/// two looks: that is the resolution.
final class ReplicaWatcher {
  private static final long NAP_NANOS = 100_000;
  private static final long GIVE_UP_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final Path image;
  private final BlockingQueue<Sample> samples = new LinkedBlockingQueue<>();
  private final List<Long> lags = new ArrayList<>();
  private final Thread thread;
  private volatile String trouble = "";

  ReplicaWatcher(Path image) {
    this.image = image;
    this.thread = new Thread(this::watch, "watch-" + image.getFileName());
  }

  /// A block to wait for.
  ///
  /// @param markOffset where in the image its mark ends up
  /// @param acknowledgedNanos of [System#nanoTime]
  record Sample(long markOffset, Mark mark, long acknowledgedNanos) {
    static final Sample LAST = new Sample(-1, new Mark(0, 0), 0);
  }

  /// What makes one write's block unlike any other's.
  record Mark(long run, long number) {
    static final int BYTES = 16;
  }

  void start() {
    thread.start();
  }

  void expect(Sample sample) {
    samples.add(sample);
  }

  /// Ends it when all that was expected was seen.
  ///
  /// @return nanoseconds from acknowledgement to sight, one a sample
  List<Long> finish() throws BenchFailedException, InterruptedException {
    samples.add(Sample.LAST);
    thread.join();
    if (!trouble.isEmpty()) {
      throw new BenchFailedException(trouble);
    }
    return lags;
  }

  private void watch() {
    try (FileChannel channel = FileChannel.open(image, StandardOpenOption.READ)) {
      ByteBuffer mark = ByteBuffer.allocateDirect(Mark.BYTES);
      for (Sample sample = samples.take(); sample != Sample.LAST; sample = samples.take()) {
        lags.add(await(channel, mark, sample) - sample.acknowledgedNanos);
      }
    } catch (IOException | BenchFailedException e) {
      trouble = "watching " + image + ": " + e.getMessage();
    } catch (InterruptedException _) {
      trouble = "watching " + image + " was cut short";
    }
  }

  private static long await(FileChannel channel, ByteBuffer buffer, Sample sample)
      throws IOException, BenchFailedException {
    while (true) {
      boolean there = read(channel, buffer, sample.markOffset).equals(sample.mark);
      long now = System.nanoTime();
      if (there) {
        return now;
      }
      if (now - sample.acknowledgedNanos > GIVE_UP_NANOS) {
        throw new BenchFailedException(
            "an acknowledged block is not there after 30 s, its end at byte " + sample.markOffset);
      }
      LockSupport.parkNanos(NAP_NANOS);
    }
  }

  private static Mark read(FileChannel channel, ByteBuffer buffer, long offset) throws IOException {
    buffer.clear();
    while (buffer.hasRemaining() && channel.read(buffer, offset + buffer.position()) >= 0) {}
    if (buffer.hasRemaining()) {
      return Sample.LAST.mark; // The image is still shorter than that.
    }
    buffer.flip();
    return new Mark(buffer.getLong(), buffer.getLong());
  }
}
