package io.blocktail.deploy.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// What a person reads: the figures, the ratios, how the replicas followed.
final class ResultsTable {
  private static final String NOTHING = "-";

  private final Results results;
  private final List<Column> contestants;

  /// A contestant and how it is called in the head.
  record Column(String name, String title) {}

  ResultsTable(Results results, List<Column> contestants) {
    this.results = results;
    this.contestants = contestants;
  }

  String render() {
    List<String> parts = new ArrayList<>();
    if (!results.jobs().isEmpty()) {
      parts.add("Medians:\n" + grid(figures()));
      if (contestants.stream().anyMatch(c -> c.name().equals(Ours.NAME))
          && contestants.size() > 1) {
        parts.add(
            "Blocktail over the others, median (least to most) of the rounds:\n" + grid(ratios()));
      }
      parts.add("From a job's end until every replica held all of it:\n" + grid(settled()));
    }
    if (contestants.stream().anyMatch(c -> results.lag(c.name()).isPresent())) {
      parts.add(
          "From a write's acknowledgement to its block in the replica, at 5 MB/s:\n"
              + grid(lags()));
    }
    return String.join("\n", parts);
  }

  private List<List<String>> figures() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("job", contestants.stream().map(Column::title).toList(), "unit"));
    for (Job job : results.jobs()) {
      List<String> cells =
          contestants.stream()
              .map(c -> results.median(job, c.name()).map(f -> text("%,.0f", f)).orElse(NOTHING))
              .toList();
      rows.add(row(job.title(), cells, job.unit()));
    }
    return rows;
  }

  private List<List<String>> ratios() {
    List<Column> peers = contestants.stream().filter(c -> !c.name().equals(Ours.NAME)).toList();
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("job", peers.stream().map(Column::title).toList(), "better mirror"));
    for (Job job : results.jobs()) {
      List<String> cells = peers.stream().map(c -> ratio(results.ratio(job, c.name()))).toList();
      Optional<Ratio> mirror = results.betterMirror(job).flatMap(name -> results.ratio(job, name));
      rows.add(row(job.title(), cells, mirror.map(r -> text("%.2f", r.median())).orElse(NOTHING)));
    }
    return rows;
  }

  private static String ratio(Optional<Ratio> ratio) {
    return ratio
        .map(r -> text("%.2f (%.2f to %.2f)", r.median(), r.least(), r.most()))
        .orElse(NOTHING);
  }

  private List<List<String>> settled() {
    List<Column> replicating =
        contestants.stream().filter(c -> !c.name().equals(Nbdkit.NAME)).toList();
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("job", replicating.stream().map(Column::title).toList(), ""));
    for (Job job : results.jobs().stream().filter(Job::writes).toList()) {
      rows.add(
          row(job.title(), replicating.stream().map(c -> settled(job, c.name())).toList(), ""));
    }
    return rows;
  }

  private String settled(Job job, String contestant) {
    List<Results.Measured> rounds = results.rounds(job, contestant);
    if (rounds.isEmpty()) {
      return NOTHING;
    }
    double seconds = Figures.median(rounds.stream().map(r -> r.settled().toNanos() / 1e9).toList());
    double rate =
        Figures.median(
            rounds.stream().map(Results.Measured::replicatedMebibytesPerSecond).toList());
    return text("%.2f s (%.0f MiB/s)", seconds, rate);
  }

  private List<List<String>> lags() {
    List<List<String>> rows = new ArrayList<>();
    rows.add(row("", List.of("p50", "p99", "max", "samples"), "written"));
    for (Column contestant : contestants) {
      results
          .lag(contestant.name())
          .ifPresent(lag ->
              rows.add(
                  row(
                      contestant.title(),
                      List.of(
                          text("%.2f ms", lag.p50Nanos() / 1e6),
                          text("%.2f ms", lag.p99Nanos() / 1e6),
                          text("%.2f ms", lag.maxNanos() / 1e6),
                          text("%,d", lag.samples())),
                      text("%.1f MB/s", lag.bytesPerSecond() / 1e6))));
    }
    return rows;
  }

  private static List<String> row(String first, List<String> middle, String last) {
    List<String> row = new ArrayList<>();
    row.add(first);
    row.addAll(middle);
    row.add(last);
    return row;
  }

  private static String text(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }

  /// Columns as wide as their widest cell; the first one flush left, the others right.
  static String grid(List<List<String>> rows) {
    List<Integer> widths =
        IntStream.range(0, rows.getFirst().size())
            .mapToObj(i -> rows.stream().mapToInt(r -> r.get(i).length()).max().orElseThrow())
            .toList();
    return rows.stream()
        .map(row ->
            IntStream.range(0, row.size())
                .mapToObj(i ->
                    i == 0
                        ? row.get(i) + " ".repeat(widths.get(i) - row.get(i).length())
                        : " ".repeat(widths.get(i) - row.get(i).length()) + row.get(i))
                .collect(Collectors.joining("  ", "  ", ""))
                .stripTrailing())
        .collect(Collectors.joining("\n", "", "\n"));
  }
}
