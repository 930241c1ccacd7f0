package io.blocktail.deploy;

import io.blocktail.deploy.directory.App;
import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.directory.DirectoryLock;
import io.blocktail.deploy.directory.Memory;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.plan.PlannedVolume;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.deploy.plan.Requirements;
import io.blocktail.deploy.plan.Wish;
import io.blocktail.deploy.process.Leftover;
import io.blocktail.deploy.service.Services;
import io.blocktail.deploy.status.Screen;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `deploy/up`: runs Blocktail on this machine. Everything is checked before anything is created.
@Command(
    name = "deploy/up",
    sortOptions = false,
    usageHelpWidth = 100,
    description = {
      "Runs Blocktail on this machine: an embedded Kafka broker, producer, consumer and validator.",
      "Ctrl-C or SIGTERM stops all; the next start with the same DIR goes on with all data."
    },
    footer = {
      "",
      "On a DIR that exists, no options means: go on with what is there. New volumes and targets may be"
          + " added. An option that contradicts what is there is refused, except --port-offset, which"
          + " belongs to the run and is remembered anew.",
      "",
      "Environment: BLOCKTAIL_JAVA_OPTIONS has further options for each of the four JVMs; every setting"
          + " of a service can be given as Quarkus reads it there, as in BLOCKTAIL_JOURNAL_LIMIT=4G.",
      "",
      "Exit codes: 0 stopped as asked; 1 a part could not be kept running or stopped; 2 refused, nothing"
          + " was started."
    })
public final class Up implements Callable<Integer> {
  private static final Duration LEFTOVER_PATIENCE = Duration.ofSeconds(30);

  @Option(
      names = "--dir",
      paramLabel = "DIR",
      description = "where everything is kept (default: blocktail-data)")
  Path dir = Path.of("blocktail-data");

  @Option(
      names = "--volume",
      paramLabel = "NAME=SIZE|NAME=FILE",
      description = {
        "a volume: SIZE is digits and K, M, G or T (binary), a multiple of 4 KiB; anything else is a"
            + " FILE or block device, whose content the volume starts from. May be repeated."
            + " Default: demo=1G"
      })
  List<String> volumes = new ArrayList<>();

  @Option(
      names = "--target",
      paramLabel = "VOLUME/NAME[=FILE]",
      description = {
        "a copy of a volume, in FILE or in DIR. May be repeated. Default, for each volume without a"
            + " --target: replica-a and replica-b"
      })
  List<String> targets = new ArrayList<>();

  @Option(
      names = "--kafka",
      paramLabel = "BOOTSTRAP",
      description = "use this Kafka (HOST:PORT[,HOST:PORT]...) and start no broker")
  @Nullable String kafka;

  @Option(
      names = "--port-offset",
      paramLabel = "N",
      description = {
        "add N to every port: console 8080, producer 8081, consumer 8082, NBD 10809, Kafka 9092 and 9093"
      })
  @Nullable Integer portOffset;

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Commands.of(new Up());
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    var wish =
        new Wish(
            volumes.stream().map(PlannedVolume::parse).toList(),
            targets.stream().map(PlannedTarget::parse).toList(),
            kafka,
            portOffset);
    var directory = new Directory(dir);
    directory.checkUsable();
    if (!Files.exists(directory.memory())) {
      check(directory, Plan.fresh(wish)); // before DIR is made
    }
    try (var _ = DirectoryLock.take(directory)) {
      awaitLeftovers(directory);
      Optional<Plan> remembered = Memory.read(directory);
      Plan plan = remembered.map(known -> known.resume(wish)).orElseGet(() -> Plan.fresh(wish));
      directory.checkImages(plan);
      check(directory, plan);
      return run(directory, plan);
    }
  }

  private static void check(Directory directory, Plan plan) {
    new Requirements(plan, directory).check();
  }

  /// The children of an up that was killed end by themselves, but not at once.
  private static void awaitLeftovers(Directory directory) throws InterruptedException {
    for (String child : Services.ALL) {
      Optional<Leftover> leftover = Leftover.of(child, directory.pid(child));
      if (leftover.isPresent()) {
        System.err.printf("waiting for the %s of a former run to end...%n", child);
        leftover.get().awaitEnd(LEFTOVER_PATIENCE);
      }
    }
  }

  private static int run(Directory directory, Plan plan) throws IOException, InterruptedException {
    directory.create();
    Memory.write(directory, plan);
    App app;
    try {
      app = App.installed().linkInto(directory.app());
    } catch (IOException e) {
      throw new RefusedException(
          "the program cannot be put into %s: %s".formatted(directory.app(), e), e);
    }
    openEveryJar();
    var screen = new Screen(System.out, Screen.isTerminal(), InstantSource.system());
    return new Launch(directory, plan, new Services(app, directory, plan), screen).run();
  }

  /// The launcher itself runs from the installed program, which a build may take away: a jar that
  /// is open already stays readable. Looking for what is nowhere opens all of them.
  private static void openEveryJar() {
    if (Up.class.getClassLoader().getResource("io/blocktail/nowhere") != null) {
      throw new AssertionError("there is no such resource");
    }
  }
}
