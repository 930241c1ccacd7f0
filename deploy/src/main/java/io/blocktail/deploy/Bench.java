package io.blocktail.deploy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blocktail.deploy.bench.Agenda;
import io.blocktail.deploy.bench.BenchFailedException;
import io.blocktail.deploy.bench.BenchRun;
import io.blocktail.deploy.bench.Job;
import io.blocktail.deploy.bench.Report;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `deploy/bench`: what replicating through Kafka costs the source and how fast the replicas
/// follow, beside what else one could use on this machine. The result goes to standard output, all
/// else to the error output. Exits with 0 when everything was measured, 1 when something failed or
/// the figures would mean nothing, 2 when it was called wrongly.
@Command(
    name = "bench",
    sortOptions = false,
    description =
        "Measures Blocktail, with two targets following, beside nbdkit's file plugin and QEMU's mirror."
            + " Every job moves a fixed number of bytes; all contestants take turns within a round; the"
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

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "3",
      description = "how often each job is measured (default: ${DEFAULT-VALUE})")
  private int rounds;

  @Option(
      names = "--only",
      paramLabel = "JOB",
      description = "measure only this, can be repeated: ${COMPLETION-CANDIDATES}",
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

  static final class JobNames extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1L;

    JobNames() {
      Job.ALL.forEach(job -> add(job.name()));
      add(LAG);
    }
  }

  static final class ContestantNames extends ArrayList<String> {
    @Serial private static final long serialVersionUID = 1L;

    ContestantNames() {
      addAll(Agenda.contestantNames());
    }
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
    if (rounds < 1) {
      throw wrong("--rounds " + rounds + ": at least 1");
    }
    refuseUnknown("--only", only, new JobNames());
    refuseUnknown("--contestant", contestants, new ContestantNames());
    Path home =
        Path.of(Objects.requireNonNull(System.getProperty(HOME), "deploy/bench sets " + HOME));
    return new Agenda(
        quick ? 1 : rounds,
        Job.ALL.stream()
            .filter(job -> only.isEmpty() || only.contains(job.name()))
            .map(job -> quick ? job.dividedBy(QUICK) : job)
            .toList(),
        only.isEmpty() || only.contains(LAG),
        contestants,
        quick ? VOLUME / QUICK : VOLUME,
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
