package io.blocktail.deploy.demo;

import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.command.Connection;
import io.blocktail.deploy.command.Printer;
import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `blocktail demo`
@Command(
    name = "demo",
    description = {
      "Shows it all, against an up on this machine: writes a file system and random data through NBD,"
          + " waits for the replicas, flips bytes in one of them behind the consumer's back, and watches"
          + " the alert and the healing. Only on a volume that up created empty and that is still empty.",
      "Exit codes: 0 everything went as it should; 1 something did not; 2 it could not be started."
    })
public final class DemoCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--volume",
      paramLabel = "NAME",
      description = "the volume (default: ${DEFAULT-VALUE})")
  String volume = "demo";

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "how long to write random data (default: ${DEFAULT-VALUE})")
  int seconds = 5;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "how long each step may take to come true (default: ${DEFAULT-VALUE})")
  int timeout = 120;

  @Option(
      names = "--overwrite",
      description = "also on a volume that holds something: its content is lost")
  boolean overwrite;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (seconds < 1 || timeout < 1) {
      throw new RefusedException("--seconds and --timeout must be at least 1");
    }
    PrintWriter out = spec.commandLine().getOut();
    Consumer<String> tell =
        connection.json()
            ? _ -> {}
            : line -> {
              out.println(line);
              out.flush();
            };
    Path temporary = Files.createTempDirectory("blocktail-demo");
    try (ServiceClient client = connection.client()) {
      var settings = new Demo.Settings(volume, seconds, timeout, overwrite, temporary);
      Demo.Report report = new Demo(client, settings, tell).run();
      if (connection.json()) {
        Printer.json(out, report);
      }
      return report.failures().isEmpty() ? 0 : 1;
    } finally {
      remove(temporary);
    }
  }

  private static void remove(Path directory) throws IOException {
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
