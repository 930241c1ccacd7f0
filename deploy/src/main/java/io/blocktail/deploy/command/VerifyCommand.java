package io.blocktail.deploy.command;

import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.plan.RefusedException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `blocktail verify VOLUME`
@Command(
    name = "verify",
    description = {
      "Compares every chunk of every target with its source, at full speed, and lets what differs heal.",
      "A pass that left a sound target unproved, since a chunk of it was being healed just then, is"
          + " followed by another.",
      "Exit codes: 0 every target is proved equal by a pass that began after this command; 1 not, and"
          + " what is missing is named; 2 it could not be started."
    })
public final class VerifyCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 200;
  private static final int BAR = 30;

  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "VOLUME", description = "the volume's name")
  String volume = "";

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "give up after so long without any progress (default: ${DEFAULT-VALUE})")
  int timeout = 60;

  /// How long a finished pass may still prove something.
  Duration settling = Verification.SETTLING;

  @Override
  public Integer call() throws InterruptedException {
    if (timeout <= 0) {
      throw new RefusedException("--timeout %d: must be at least 1".formatted(timeout));
    }
    PrintWriter out = spec.commandLine().getOut();
    PrintWriter err = spec.commandLine().getErr();
    boolean bar = !connection.json() && io.blocktail.deploy.status.Screen.isTerminal();
    try (ServiceClient client = connection.client()) {
      var verification = Verification.start(client, volume, settling);
      var patience = new Patience(Duration.ofSeconds(timeout), System.nanoTime());
      while (true) {
        Verification.Look look = verification.look();
        if (bar) {
          err.print("\r" + bar(look) + "\u001b[K");
          err.flush();
        }
        boolean isTired = patience.isOver(look, System.nanoTime());
        if (look.proved() || look.hopeless() != null || isTired) {
          if (bar) {
            err.println();
          }
          report(out, look);
          return look.proved() ? 0 : 1;
        }
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // between two questions over HTTP
      }
    }
  }

  /// Full when the target that is furthest behind has every chunk proved.
  private static String bar(Verification.Look look) {
    long least =
        look.targets().stream().mapToLong(Verification.TargetProgress::equal).min().orElse(0);
    int full =
        look.chunks() == 0 ? 0 : (int) (BAR * Math.min(least, look.chunks()) / look.chunks());
    var line = new StringBuilder("[");
    line.repeat('=', full).repeat(' ', BAR - full);
    line.append(
        "] %d of %d chunks proved, %d marked".formatted(least, look.chunks(), look.marked()));
    if (!look.troubles().isEmpty()) {
      line.append("; ").append(look.troubles().getFirst());
    }
    return line.toString();
  }

  private void report(PrintWriter out, Verification.Look look) {
    if (connection.json()) {
      Printer.json(out, look);
      return;
    }
    for (Verification.TargetProgress target : look.targets()) {
      out.println(
          target.missing() == null
              ? "%s: equal, proved by pass %d".formatted(target.target(), target.provedBy())
              : "%s: NOT proved by pass %d: %s"
                  .formatted(target.target(), look.pass(), target.missing()));
    }
    look.troubles().forEach(trouble -> out.println("! " + trouble));
    if (!look.proved()) {
      String why = look.hopeless();
      out.println(
          "%s: given up".formatted(why == null ? "no progress for %d s".formatted(timeout) : why));
    }
    out.flush();
  }
}
