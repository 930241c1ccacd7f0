package io.blocktail.deploy.bench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// What we want to be, beside what else one could use.
///
/// @param title what is held against what
/// @param contestant of ours
/// @param peers of which the best at a job counts
/// @param least ratio that is wanted
/// @param jobs of which it is wanted
public record Aim(
    String title, String contestant, List<String> peers, double least, Predicate<Job> jobs) {
  private static final List<String> MIRRORS =
      Stream.of(QemuMirror.CopyMode.values()).map(QemuMirror.CopyMode::contestant).toList();

  /// With everything running.
  public static final List<Aim> REPLICATING =
      List.of(new Aim("of the better of QEMU's mirrors", Ours.NAME, MIRRORS, 1.0, _ -> true));

  /// As an NBD server.
  public static final List<Aim> NBD =
      List.of(
          new Aim(
              "of nbdkit, publishing paused",
              PausedSource.NAME,
              List.of(Nbdkit.NAME),
              1.3,
              job -> job.name().matches("rand(read|write)-4k-qd32")),
          new Aim(
              "of nbdkit, publishing paused",
              PausedSource.NAME,
              List.of(Nbdkit.NAME),
              1.0,
              job -> !job.name().matches("rand(read|write)-4k-qd32")),
          new Aim(
              "of the better of QEMU's mirrors, with two targets",
              Ours.NAME,
              MIRRORS,
              1.2,
              Job::isSmall),
          new Aim(
              "of itself without a scrub, while one runs",
              Ours.SCRUBBING,
              List.of(Ours.NAME),
              0.95,
              _ -> true));

  Optional<Ratio> ratio(Results results, Job job) {
    return jobs.test(job)
        ? results.best(job, peers).flatMap(peer -> results.ratio(job, contestant, peer))
        : Optional.empty();
  }

  /// A line for each job that was measured; nothing where none was.
  String judge(Results results) {
    var lines = new StringBuilder();
    for (Job job : results.jobs()) {
      ratio(results, job)
          .ifPresent(ratio ->
              lines.append(
                  String.format(
                      Locale.ROOT,
                      "  %-26s %.2f (%.2f to %.2f)  %s%n",
                      job.title(),
                      ratio.median(),
                      ratio.least(),
                      ratio.most(),
                      ratio.median() < least ? "missed" : "reached")));
    }
    return lines.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "Aim, at least %.2f %s:%n%s", least, title, lines);
  }
}
