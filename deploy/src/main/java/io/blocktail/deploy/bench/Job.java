package io.blocktail.deploy.bench;

import java.util.List;

/// One fio job. It moves a fixed number of bytes, not for a fixed time: so every contestant does
/// the same work, and what ours may write is known to fit its journal.
///
/// @param name as on the command line and in the JSON
/// @param title as in the table
/// @param depth requests in flight
/// @param fsyncEvery a flush after so many writes; 0 for none
/// @param bytes moved by one run of it
public record Job(
    String name,
    String title,
    Access access,
    int blockSize,
    int depth,
    int fsyncEvery,
    long bytes) {

  private static final long MIB = 1L << 20;
  private static final int PAGE = 4 << 10;

  /// Sized so that each takes some seconds on two cores, except the last: at gigabytes a second the
  /// journal's limit ends it sooner.
  public static final List<Job> ALL =
      List.of(
          new Job(
              "randwrite-4k-qd32",
              "randwrite 4k qd32",
              Access.RANDOM_WRITE,
              PAGE,
              32,
              0,
              384 * MIB),
          new Job(
              "randwrite-4k-qd1-fsync1",
              "randwrite 4k qd1 fsync=1",
              Access.RANDOM_WRITE,
              PAGE,
              1,
              1,
              64 * MIB),
          new Job(
              "randwrite-4k-qd32-fsync32",
              "randwrite 4k qd32 fsync=32",
              Access.RANDOM_WRITE,
              PAGE,
              32,
              32,
              192 * MIB),
          new Job(
              "randread-4k-qd32", "randread 4k qd32", Access.RANDOM_READ, PAGE, 32, 0, 1024 * MIB),
          new Job("write-512k-qd4", "write 512k qd4", Access.WRITE, 512 << 10, 4, 0, 512 * MIB));

  /// How fio calls it.
  public enum Access {
    RANDOM_READ("randread"),
    RANDOM_WRITE("randwrite"),
    WRITE("write");

    private final String fio;

    Access(String fio) {
      this.fio = fio;
    }

    String fio() {
      return fio;
    }
  }

  boolean writes() {
    return access != Access.RANDOM_READ;
  }

  /// Small requests are counted, large ones weighed.
  String unit() {
    return blockSize == PAGE ? "IOPS" : "MiB/s";
  }

  double figure(FioResult result) {
    return blockSize == PAGE ? result.operationsPerSecond() : result.mebibytesPerSecond();
  }

  /// The same job with an n-th of the bytes.
  public Job dividedBy(int n) {
    return new Job(name, title, access, blockSize, depth, fsyncEvery, bytes / n);
  }
}
