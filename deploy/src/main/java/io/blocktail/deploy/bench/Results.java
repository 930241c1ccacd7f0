package io.blocktail.deploy.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// Every figure of a run, in the order in which it was measured: by job and contestant, a list with
/// one entry a round.
final class Results {
  private final Map<Job, Map<String, List<Measured>>> jobs = new LinkedHashMap<>();
  private final Map<String, List<LagFigures>> lags = new LinkedHashMap<>();

  /// One job of one round.
  ///
  /// @param settled from the job's end until every replica held all of it
  record Measured(Job job, FioResult fio, Duration settled) {
    double figure() {
      return job.figure(fio);
    }

    /// The rate at which the job's bytes reached every replica, from its beginning until it had
    /// settled.
    double replicatedMebibytesPerSecond() {
      double seconds = fio.millis() / 1e3 + settled.toNanos() / 1e9;
      return fio.bytes() / 1048576.0 / seconds;
    }
  }

  void add(String contestant, Measured measured) {
    jobs.computeIfAbsent(measured.job, _ -> new LinkedHashMap<>())
        .computeIfAbsent(contestant, _ -> new ArrayList<>())
        .add(measured);
  }

  void add(String contestant, LagFigures lag) {
    lags.computeIfAbsent(contestant, _ -> new ArrayList<>()).add(lag);
  }

  List<Job> jobs() {
    return List.copyOf(jobs.keySet());
  }

  List<Measured> rounds(Job job, String contestant) {
    return jobs.getOrDefault(job, Map.of()).getOrDefault(contestant, List.of());
  }

  List<Double> figures(Job job, String contestant) {
    return rounds(job, contestant).stream().map(Measured::figure).toList();
  }

  Optional<Double> median(Job job, String contestant) {
    return Optional.of(figures(job, contestant)).filter(f -> !f.isEmpty()).map(Figures::median);
  }

  /// Empty where one of the two was not measured in every round.
  Optional<Ratio> ratio(Job job, String peer) {
    return ratio(job, Ours.NAME, peer);
  }

  /// The same for another one of ours.
  Optional<Ratio> ratio(Job job, String contestant, String peer) {
    List<Double> ours = figures(job, contestant);
    List<Double> theirs = figures(job, peer);
    return ours.isEmpty() || ours.size() != theirs.size()
        ? Optional.empty()
        : Optional.of(Ratio.of(ours, theirs));
  }

  /// The copy mode in which QEMU's mirror does this job better: the one to be held against.
  Optional<String> betterMirror(Job job) {
    return best(
        job, Stream.of(QemuMirror.CopyMode.values()).map(QemuMirror.CopyMode::contestant).toList());
  }

  /// The one of them that does this job best.
  Optional<String> best(Job job, List<String> contestants) {
    return contestants.stream()
        .filter(name -> median(job, name).isPresent())
        .max((a, b) -> Double.compare(median(job, a).orElseThrow(), median(job, b).orElseThrow()));
  }

  Optional<LagFigures> lag(String contestant) {
    return Optional.ofNullable(lags.get(contestant)).map(LagFigures::median);
  }
}
