package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Volume;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `blocktail volumes`, and what can be done with one of them.
@Command(
    name = "volumes",
    description = "The source volumes; without a further word, lists them.",
    synopsisSubcommandLabel = "[COMMAND]")
public final class VolumesCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    return print(connection, ServiceClient::volumes);
  }

  @Command(name = "list", description = "Lists the volumes.")
  int list(@Mixin Connection connection) {
    return print(connection, ServiceClient::volumes);
  }

  @Command(
      name = "pause",
      description = {
        "Stops publishing a volume, also over restarts. It is served on, and its journal keeps what is"
            + " written; what happens when that is full is configured"
            + " (blocktail.journal.when-full)."
      })
  int pause(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume) {
    return change(connection, client -> client.pause(volume));
  }

  @Command(name = "resume", description = "Goes on publishing a volume that was paused.")
  int resume(
      @Mixin Connection connection,
      @Parameters(paramLabel = "VOLUME", description = "the volume's name") String volume) {
    return change(connection, client -> client.resume(volume));
  }

  private ServiceClient client(Connection of) {
    of.known = connection.known;
    return of.client();
  }

  private int change(Connection connection, Function<ServiceClient, Answer<Volume>> question) {
    try (ServiceClient client = client(connection)) {
      var volume = Connection.value(question.apply(client));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, volume);
      } else {
        Printer.table(out, Tables.volumes(List.of(volume)));
      }
      return 0;
    }
  }

  private int print(Connection connection, Function<ServiceClient, Answer<List<Volume>>> question) {
    try (ServiceClient client = client(connection)) {
      var volumes = Connection.value(question.apply(client));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, volumes);
      } else {
        Printer.table(out, Tables.volumes(volumes));
      }
      return 0;
    }
  }
}
