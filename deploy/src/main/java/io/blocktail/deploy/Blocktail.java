package io.blocktail.deploy;

import io.blocktail.deploy.command.AlertsCommand;
import io.blocktail.deploy.command.ScanCommand;
import io.blocktail.deploy.command.ScansCommand;
import io.blocktail.deploy.command.StatusCommand;
import io.blocktail.deploy.command.TargetsCommand;
import io.blocktail.deploy.command.VerifyCommand;
import io.blocktail.deploy.command.VolumesCommand;
import io.blocktail.deploy.demo.DemoCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `deploy/blocktail`: the command line of a Blocktail that runs.
@Command(
    name = "deploy/blocktail",
    sortOptions = false,
    usageHelpWidth = 100,
    scope = CommandLine.ScopeType.INHERIT,
    description = "Asks a running Blocktail, and has it verify its copies.",
    footer = {
      "",
      "Exit codes: 0 all is well; 1 it was asked and something is not; 2 it could not be asked."
    },
    subcommands = {
      StatusCommand.class,
      VolumesCommand.class,
      TargetsCommand.class,
      AlertsCommand.class,
      VerifyCommand.class,
      ScanCommand.class,
      ScansCommand.class,
      DemoCommand.class
    })
public final class Blocktail implements Runnable {
  @CommandLine.Spec CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "show this text")
  boolean help;

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return Commands.of(new Blocktail());
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "which command? See deploy/blocktail --help");
  }
}
