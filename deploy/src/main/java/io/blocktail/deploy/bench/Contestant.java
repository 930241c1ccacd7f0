package io.blocktail.deploy.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Something that serves a volume over NBD, and is measured.
interface Contestant {

  /// As on the command line and in the JSON.
  String name();

  /// As in the table.
  String title();

  /// Whether it is served by this system of ours.
  default boolean isPartOf(Ours system) {
    return this == system;
  }

  /// Starts serving, or, where it serves all the time, makes sure that it can take the job: nothing
  /// of an earlier one is under way any more.
  Export open(Job job) throws BenchFailedException, InterruptedException;

  /// A volume that is served until it is closed.
  interface Export extends AutoCloseable {

    /// On a Unix socket, for all alike.
    String uri();

    Path socket();

    String exportName();

    /// The files that follow this volume; none where nothing is replicated.
    List<Path> replicas();

    /// Waits until every replica holds all that was written.
    ///
    /// @return how long that took; zero where there is no replica
    Duration settle() throws BenchFailedException, InterruptedException;

    @Override
    void close() throws BenchFailedException, InterruptedException;
  }

  static String uri(String exportName, Path socket) {
    return "nbd+unix:///" + exportName + "?socket=" + socket;
  }
}
