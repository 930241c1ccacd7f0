package io.blocktail.deploy.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a run is to do.
///
/// @param contestants names of those to measure; all where it is empty
/// @param lag whether the lag is measured too
/// @param volumeSize bytes, the same for all
/// @param home the repository's top directory, where `deploy/up` is
/// @param directory below which the run works
/// @param logs where fio's outputs and the logs stay
public record Agenda(
    int rounds,
    List<Job> jobs,
    boolean lag,
    List<String> contestants,
    long volumeSize,
    LagSettings lagSettings,
    Path home,
    Path directory,
    Optional<Path> logs) {

  /// See [LagProbe].
  ///
  /// @param bytesPerSecond to write
  /// @param writes in all
  /// @param sampleEvery one write of so many is watched
  public record LagSettings(long bytesPerSecond, int writes, int sampleEvery) {
    /// 5 MB/s for 20 s: more than 1,200 samples a replica.
    public static final LagSettings FULL = new LagSettings(5_000_000, 24_400, 20);

    /// The same for 2 s.
    public static final LagSettings QUICK = new LagSettings(5_000_000, 2_440, 20);

    long bytes() {
      return (long) writes * LagProbe.BLOCK;
    }
  }

  /// All there are, in the order of the table.
  public static List<String> contestantNames() {
    return Stream.concat(
            Stream.of(Ours.NAME, Nbdkit.NAME),
            Stream.of(QemuMirror.CopyMode.values()).map(QemuMirror.CopyMode::contestant))
        .toList();
  }

  boolean wants(String contestant) {
    return contestants.isEmpty() || contestants.contains(contestant);
  }

  /// The most that a run can put on the disk: ours has a source, two replicas, a journal, and
  /// everything ever written in Kafka's log; the peers share a source and a copy.
  long spaceNeeded() {
    long written = jobs.stream().filter(Job::writes).mapToLong(Job::bytes).sum();
    long everything =
        2 * volumeSize + (rounds + 1) * (written + (lag ? lagSettings.bytes() : 0)) * 11 / 10;
    return (wants(Ours.NAME) ? 3 * volumeSize + Ours.JOURNAL_LIMIT + everything : 0)
        + 2 * volumeSize;
  }
}
