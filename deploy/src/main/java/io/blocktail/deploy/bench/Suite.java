package io.blocktail.deploy.bench;

import java.util.List;
import java.util.stream.Stream;

/// What can be measured together.
///
/// @param contestants in the order of the table
/// @param lag whether the lag is measured too
/// @param rounds unless others are asked for
/// @param journalLimit of our volume, in bytes
public record Suite(
    String name,
    List<Job> jobs,
    List<String> contestants,
    boolean lag,
    List<Aim> aims,
    int rounds,
    long journalLimit) {
  private static final List<String> PEERS =
      Stream.concat(
              Stream.of(Nbdkit.NAME),
              Stream.of(QemuMirror.CopyMode.values()).map(QemuMirror.CopyMode::contestant))
          .toList();

  /// What a user gets who replicates.
  public static final Suite REPLICATION =
      new Suite(
          "replication",
          Job.ALL,
          Stream.concat(Stream.of(Ours.NAME), PEERS.stream()).toList(),
          true,
          Aim.REPLICATING,
          3,
          Ours.JOURNAL_LIMIT);

  /// The source as an NBD server. What a job writes while publishing is paused must fit the
  /// journal.
  public static final Suite NBD =
      new Suite(
          "nbd",
          Job.NBD,
          Stream.concat(Stream.of(PausedSource.NAME, Ours.NAME, Ours.SCRUBBING), PEERS.stream())
              .toList(),
          false,
          Aim.NBD,
          5,
          2 * Ours.JOURNAL_LIMIT);

  public static final List<Suite> ALL = List.of(REPLICATION, NBD);
}
