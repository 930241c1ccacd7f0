package io.blocktail.deploy.command;

import io.blocktail.deploy.client.ServiceClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `blocktail targets`
@Command(name = "targets", description = "The targets and how far they follow.")
public final class TargetsCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try (ServiceClient client = connection.client()) {
      var targets = Connection.value(client.targets());
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, targets);
      } else {
        Printer.table(out, Tables.targets(targets));
      }
      return 0;
    }
  }
}
