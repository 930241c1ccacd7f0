package io.blocktail.deploy;

import io.blocktail.deploy.plan.RefusedException;
import picocli.CommandLine;

/// How every command line of ours reports: what a person can mend as one line and exit code 2, our
/// own errors with their trace and exit code 1.
final class Commands {
  static final int REFUSED = 2;

  private Commands() {}

  static CommandLine of(Object command) {
    return new CommandLine(command)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler((exception, commandLine, _) -> {
          if (!(exception instanceof RefusedException)) {
            throw exception;
          }
          commandLine
              .getErr()
              .println(
                  commandLine.getCommandSpec().qualifiedName() + ": " + exception.getMessage());
          return REFUSED;
        });
  }
}
