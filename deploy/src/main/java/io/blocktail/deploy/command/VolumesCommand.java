package io.blocktail.deploy.command;

import io.blocktail.deploy.client.ServiceClient;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `blocktail volumes`
@Command(name = "volumes", description = "The source volumes.")
public final class VolumesCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    try (ServiceClient client = connection.client()) {
      var volumes = Connection.value(client.volumes());
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
