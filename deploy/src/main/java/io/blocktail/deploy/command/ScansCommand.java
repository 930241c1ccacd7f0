package io.blocktail.deploy.command;

import io.blocktail.deploy.client.ServiceClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `blocktail scans VOLUME`
@Command(
    name = "scans",
    description =
        "The last scans of a volume that somebody else writes, and which sequence stands for what each has"
            + " seen.")
public final class ScansCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "VOLUME", description = "the volume's name")
  String volume = "";

  @Override
  public Integer call() {
    try (ServiceClient client = connection.client()) {
      var scans = Connection.value(client.scans(volume));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, scans);
      } else {
        Printer.table(out, Tables.scans(scans));
      }
      return 0;
    }
  }
}
