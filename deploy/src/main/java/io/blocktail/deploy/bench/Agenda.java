package io.blocktail.deploy.bench;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// What a run is to do.
///
/// @param aims that the report judges
/// @param contestants names of those to measure
/// @param lag whether the lag is measured too
/// @param volumeSize bytes, the same for all
/// @param journalLimit of our volume, in bytes
/// @param home the repository's top directory, where `deploy/up` is
/// @param directory below which the run works
/// @param logs where fio's outputs and the logs stay
public record Agenda(
    int rounds,
    List<Job> jobs,
    boolean lag,
    List<Aim> aims,
    List<String> contestants,
    long volumeSize,
    long journalLimit,
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

  boolean wants(String contestant) {
    return contestants.contains(contestant);
  }

  /// The systems of ours that are started.
  List<Ours.Settings> systems() {
    return Stream.of(
            wants(Ours.NAME) || wants(PausedSource.NAME) ? Ours.NAME : null,
            wants(Ours.SCRUBBING) ? Ours.SCRUBBING : null)
        .filter(Objects::nonNull)
        .map(name -> new Ours.Settings(name, journalLimit))
        .toList();
  }

  /// The most that a run can put on the disk: each of ours has a source, two replicas, a journal,
  /// and everything ever written in Kafka's log; the peers share a source and a copy.
  long spaceNeeded() {
    long written = jobs.stream().filter(Job::writes).mapToLong(Job::bytes).sum();
    int turns = rounds * (wants(PausedSource.NAME) ? 2 : 1) + 2;
    long everything =
        2 * volumeSize + turns * (written + (lag ? lagSettings.bytes() : 0)) * 11 / 10;
    return systems().size() * (3 * volumeSize + journalLimit + everything) + 2 * volumeSize;
  }
}
