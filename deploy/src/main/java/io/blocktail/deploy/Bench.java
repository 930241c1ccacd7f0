package io.blocktail.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blocktail.deploy.bench.Agenda;
import io.blocktail.deploy.bench.BenchFailedException;
import io.blocktail.deploy.bench.BenchRun;
import io.blocktail.deploy.bench.Job;
import io.blocktail.deploy.bench.Report;
import io.blocktail.deploy.bench.Suite;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `deploy/bench`: what replicating through Kafka costs the source and how fast the replicas
/// follow, beside what else one could use on this machine. The result goes to standard output, all
/// else to the error output. Exits with 0 when everything was measured, 1 when something failed or
/// the figures would mean nothing, 2 when it was called wrongly.
@Command(
    name = "bench",
    sortOptions = false,
    description =
        "Measures Blocktail beside nbdkit's file plugin and QEMU's mirror: with two targets following"
            + " (replication), or as an NBD server (nbd: also with its publishing paused, and with a"
            + " scrub at the rate of a volume of 1 TiB). Every job moves a fixed number of bytes; all contestants take turns within a round; the"
            + " table shows the rounds' medians. It takes some minutes a round and up to 12 GiB of disk"
            + " meanwhile.")
public final class Bench implements Callable<Integer> {
  private static final String LAG = "lag";

  /// The system property that names the repository's top directory, where `deploy/up` is.
  private static final String HOME = "blocktail.home";

  private static final long VOLUME = 1L << 30;
  private static final int QUICK = 16;

  @SuppressWarnings("NullAway.Init") // picocli sets it before it calls us.
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..1",
      paramLabel = "SUITE",
      defaultValue = "replication",
      description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE})",
      completionCandidates = SuiteNames.class)
  private String suite = "";

  @Option(
      names = "--rounds",
      paramLabel = "N",
      description = "how often each job is measured (default: 3; nbd: 5)")
  private Optional<Integer> rounds = Optional.empty();

  @Option(
      names = "--only",
      paramLabel = "JOB",
      description = "measure only this job, can be repeated: ${COMPLETION-CANDIDATES}",
      completionCandidates = JobNames.class)
  private List<String> only = List.of();

  @Option(
      names = "--contestant",
      paramLabel = "NAME",
      description = "measure only this one, can be repeated: ${COMPLETION-CANDIDATES}",
      completionCandidates = ContestantNames.class)
  private List<String> contestants = List.of();

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "work below this directory, on a disk (default: deploy/target/bench)")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--keep",
      paramLabel = "DIR",
      description = "keep fio's outputs and all logs in this directory")
  private Optional<Path> keep = Optional.empty();

  @Option(
      names = "--quick",
      description =
          "one round with a "
              + QUICK
              + "th of the bytes and of the volume: shows that it works, no more")
  private boolean quick;

  @Option(names = "--json", description = "print one JSON document instead of the table")
  private boolean json;

  @Option(names = "--help", usageHelp = true, description = "show this")
  private boolean help;

  static final class SuiteNames extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1L;

    SuiteNames() {
      Suite.ALL.forEach(suite -> add(suite.name()));
    }
  }

  static final class JobNames extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1L;

    JobNames() {
      Suite.ALL.stream().flatMap(suite -> jobsOf(suite).stream()).distinct().forEach(this::add);
    }
  }

  static final class ContestantNames extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1L;

    ContestantNames() {
      Suite.ALL.stream()
          .flatMap(suite -> suite.contestants().stream())
          .distinct()
          .forEach(this::add);
    }
  }

  private static List<String> jobsOf(Suite suite) {
    Stream<String> jobs = suite.jobs().stream().map(Job::name);
    return (suite.lag() ? Stream.concat(jobs, Stream.of(LAG)) : jobs).toList();
  }

  @Override
  public Integer call() throws InterruptedException {
    Agenda agenda = agenda();
    AtomicBoolean interrupted = new AtomicBoolean();
    try (BenchRun run = new BenchRun(agenda, System.err)) {
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    interrupted.set(true);
                    run.close();
                  },
                  "bench-cleanup"));
      Report report = run.run();
      System.out.println(
          json
              ? new ObjectMapper()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(report.json())
              : report.text());
      return CommandLine.ExitCode.OK;
    } catch (BenchFailedException | JsonProcessingException e) {
      if (!interrupted.get()) {
        System.err.println("bench: " + e.getMessage());
      }
      return CommandLine.ExitCode.SOFTWARE;
    }
  }

  private Agenda agenda() {
    Suite measured =
        Suite.ALL.stream()
            .filter(one -> one.name().equals(suite))
            .findFirst()
            .orElseThrow(() -> wrong(suite + ": one of " + String.join(", ", new SuiteNames())));
    int times = rounds.orElse(measured.rounds());
    if (times < 1) {
      throw wrong("--rounds " + times + ": at least 1");
    }
    refuseUnknown("--only", only, jobsOf(measured));
    refuseUnknown("--contestant", contestants, measured.contestants());
    Path home =
        Path.of(Objects.requireNonNull(System.getProperty(HOME), "deploy/bench sets " + HOME));
    return new Agenda(
        quick ? 1 : times,
        measured.jobs().stream()
            .filter(job -> only.isEmpty() || only.contains(job.name()))
            .map(job -> quick ? job.dividedBy(QUICK) : job)
            .toList(),
        measured.lag() && (only.isEmpty() || only.contains(LAG)),
        measured.aims(),
        contestants.isEmpty() ? measured.contestants() : contestants,
        quick ? VOLUME / QUICK : VOLUME,
        measured.journalLimit(),
        quick ? Agenda.LagSettings.QUICK : Agenda.LagSettings.FULL,
        home,
        directory.orElse(home.resolve("deploy/target/bench")),
        keep);
  }

  private void refuseUnknown(String option, List<String> given, List<String> known) {
    for (String name : given) {
      if (!known.contains(name)) {
        throw wrong(option + " " + name + ": one of " + String.join(", ", known));
      }
    }
  }

  private ParameterException wrong(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  public static void main(String[] args) {
    System.exit(new CommandLine(new Bench()).execute(args));
  }
}
