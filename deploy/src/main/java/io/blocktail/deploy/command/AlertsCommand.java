package io.blocktail.deploy.command;

import io.blocktail.deploy.client.ServiceClient;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `blocktail alerts`
@Command(name = "alerts", description = "The validator's alerts.")
public final class AlertsCommand implements Callable<Integer> {
  /// Which alerts.
  enum State {
    OPEN,
    CLOSED,
    ALL;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--state",
      paramLabel = "STATE",
      description = "${COMPLETION-CANDIDATES} (default: open)")
  State state = State.OPEN;

  @Override
  public Integer call() {
    try (ServiceClient client = connection.client()) {
      var alerts = Connection.value(client.alerts(state.toString()));
      var out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, alerts);
      } else if (alerts.isEmpty()) {
        out.println(state == State.ALL ? "no alerts" : "no " + state + " alerts");
        out.flush();
      } else {
        Printer.table(out, Tables.alerts(alerts));
      }
      return 0;
    }
  }
}
