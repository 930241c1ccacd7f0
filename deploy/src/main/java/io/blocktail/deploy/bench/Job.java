package io.blocktail.deploy.bench;

import java.util.List;

/// One fio job. It moves a fixed number of bytes, not for a fixed time: so every contestant does
/// the same work, and what ours may write is known to fit its journal.
///
/// @param name as on the command line and in the JSON
/// @param title as in the table
/// @param depth requests in flight
/// @param fsyncEvery a flush after so many writes; 0 for none
/// @param clients that do it at the same time, each over a connection of its own
/// @param bytes moved by one run of it, by all clients together
public record Job(
    String name,
    String title,
    Access access,
    int blockSize,
    int depth,
    int fsyncEvery,
    int clients,
    long bytes) {

  private static final long MIB = 1L << 20;
  private static final int PAGE = 4 << 10;

  private static final Job RANDOM_WRITE = new Job(Access.RANDOM_WRITE, 32, 0, 1, 384 * MIB);
  private static final Job FLUSHED = new Job(Access.RANDOM_WRITE, 1, 1, 1, 64 * MIB);
  private static final Job SOME_FLUSHED = new Job(Access.RANDOM_WRITE, 32, 32, 1, 192 * MIB);
  private static final Job RANDOM_READ = new Job(Access.RANDOM_READ, 32, 0, 1, 1024 * MIB);

  /// Sized so that each takes some seconds on two cores, except the last: at gigabytes a second the
  /// journal's limit ends it sooner.
  public static final List<Job> ALL =
      List.of(
          RANDOM_WRITE,
          FLUSHED,
          SOME_FLUSHED,
          RANDOM_READ,
          new Job("write-512k-qd4", "write 512k qd4", Access.WRITE, 512 << 10, 4, 0, 1, 512 * MIB));

  /// What an NBD server is asked to do: those that all servers are measured by.
  public static final List<Job> NBD =
      List.of(
          RANDOM_WRITE,
          new Job(Access.RANDOM_WRITE, 1, 0, 1, 192 * MIB),
          FLUSHED,
          SOME_FLUSHED,
          RANDOM_READ,
          new Job("write-1m-qd4", "write 1m qd4", Access.WRITE, 1 << 20, 4, 0, 1, 1024 * MIB),
          new Job("read-1m-qd4", "read 1m qd4", Access.READ, 1 << 20, 4, 0, 1, 4096 * MIB),
          new Job(Access.RANDOM_READ_WRITE, 8, 0, 4, 768 * MIB));

  /// Of blocks of 4 KiB.
  private Job(Access access, int depth, int fsyncEvery, int clients, long bytes) {
    this(
        access.fio()
            + "-4k-qd"
            + depth
            + text("-fsync%d", fsyncEvery, 0)
            + text("-x%d", clients, 1),
        access.fio()
            + " 4k qd"
            + depth
            + text(" fsync=%d", fsyncEvery, 0)
            + text(" x%d", clients, 1),
        access,
        PAGE,
        depth,
        fsyncEvery,
        clients,
        bytes);
  }

  private static String text(String format, int value, int usual) {
    return value == usual ? "" : format.formatted(value);
  }

  /// How fio calls it.
  public enum Access {
    RANDOM_READ("randread"),
    RANDOM_WRITE("randwrite"),
    RANDOM_READ_WRITE("randrw"),
    READ("read"),
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
    return access != Access.RANDOM_READ && access != Access.READ;
  }

  boolean reads() {
    return access != Access.RANDOM_WRITE && access != Access.WRITE;
  }

  boolean isSmall() {
    return blockSize == PAGE;
  }

  /// Small requests are counted, large ones weighed.
  String unit() {
    return isSmall() ? "IOPS" : "MiB/s";
  }

  double figure(FioResult result) {
    return isSmall() ? result.operationsPerSecond() : result.mebibytesPerSecond();
  }

  /// The same job with an n-th of the bytes.
  public Job dividedBy(int n) {
    return new Job(name, title, access, blockSize, depth, fsyncEvery, clients, bytes / n);
  }
}
