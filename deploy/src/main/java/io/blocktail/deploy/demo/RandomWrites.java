package io.blocktail.deploy.demo;

import io.blocktail.deploy.nbd.NbdClient;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/// Random writes of 1 byte to 32 KiB, aligned and not, at a steady pace, to a part of a volume.
///
/// @param from where the part begins
/// @param to where it ends
record RandomWrites(NbdClient volume, long from, long to, Random random) {
  private static final int PER_SECOND = 500;
  private static final int LONGEST = 32 << 10;

  /// @return how many bytes were written
  long run(Duration duration) throws IOException {
    var data = ByteBuffer.allocateDirect(LONGEST);
    byte[] bytes = new byte[LONGEST];
    long written = 0;
    long start = System.nanoTime();
    long writes = duration.toMillis() * PER_SECOND / 1000;
    for (long i = 0; i < writes; i++) {
      int length = (int) Math.min(1 + random.nextInt(LONGEST), to - from);
      long offset = from + random.nextLong(to - from - length + 1);
      if (random.nextBoolean()) {
        offset = Math.max(from, offset & ~4095L);
      }
      random.nextBytes(bytes);
      volume.write(data.clear().put(bytes).flip().limit(length), offset);
      written += length;
      LockSupport.parkNanos(start + i * 1_000_000_000L / PER_SECOND - System.nanoTime());
    }
    volume.flush();
    return written;
  }
}
