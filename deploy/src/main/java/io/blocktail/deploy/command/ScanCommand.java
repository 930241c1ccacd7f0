package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Scan;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.plan.RefusedException;
import io.blocktail.deploy.status.Screen;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `blocktail scan VOLUME`
@Command(
    name = "scan",
    description = {
      "Scans a volume that somebody else writes (capture=scan or pull) now, and publishes what is new.",
      "Exit codes: 0 the scan is finished (with --no-wait: started); 1 it failed, or is given up; 2 it"
          + " could not be started."
    })
public final class ScanCommand implements Callable<Integer> {
  private static final long POLL_MILLIS = 100;

  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  @Parameters(paramLabel = "VOLUME", description = "the volume's name")
  String volume = "";

  @Option(
      names = "--pull",
      description = "look only at what the other NBD server calls dirty (capture=pull)")
  boolean pull;

  @Option(names = "--no-wait", description = "only start it")
  boolean noWait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      description = "give up after so long without any progress (default: ${DEFAULT-VALUE})")
  int timeout = 60;

  @Override
  public Integer call() throws InterruptedException {
    if (timeout <= 0) {
      throw new RefusedException("--timeout %d: must be at least 1".formatted(timeout));
    }
    PrintWriter out = spec.commandLine().getOut();
    try (ServiceClient client = connection.client()) {
      ServiceClient.StartedScan started = Connection.value(client.startScan(volume, pull));
      if (noWait) {
        if (connection.json()) {
          Printer.json(out, started);
        } else {
          out.println("scan %d is started".formatted(started.scan()));
          out.flush();
        }
        return 0;
      }
      return follow(client, started.scan(), out);
    }
  }

  private int follow(ServiceClient client, long id, PrintWriter out) throws InterruptedException {
    boolean bar = !connection.json() && Screen.isTerminal();
    PrintWriter err = spec.commandLine().getErr();
    long since = System.nanoTime();
    Answer<Scan> before = null;
    while (true) {
      Answer<Scan> now = client.scan(volume, id);
      if (now instanceof Answer.Given<Scan>(Scan scan)) {
        if (bar) {
          err.print(
              "\r%d of %d chunks, %d changed\u001b[K"
                  .formatted(scan.seenChunks(), scan.chunks(), scan.changedChunks()));
          err.flush();
        }
        if (scan.isFinished() || scan.isFailed()) {
          if (bar) {
            err.println();
          }
          report(out, scan);
          return scan.isFinished() ? 0 : 1;
        }
      } else if (now instanceof Answer.Refused<Scan>) {
        return giveUp(out, now.trouble()); // the producer that ran it is not there any more
      }
      if (!now.equals(before)) {
        since = System.nanoTime();
        before = now;
      }
      if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(timeout)) {
        return giveUp(out, "no progress for %d s".formatted(timeout));
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // between two questions over HTTP
    }
  }

  private int giveUp(PrintWriter out, String why) {
    if (connection.json()) {
      Printer.json(out, java.util.Map.of("givenUp", why));
    } else {
      out.println("given up: " + why);
      out.flush();
    }
    return 1;
  }

  private void report(PrintWriter out, Scan scan) {
    if (connection.json()) {
      Printer.json(out, scan);
      return;
    }
    if (scan.isFailed()) {
      out.println("scan %d FAILED: %s".formatted(scan.id(), scan.reason()));
    } else {
      out.println(
          "scan %d: %d of %d chunks had news, %d blocks published; its content is that of sequence %s"
              .formatted(
                  scan.id(),
                  scan.changedChunks(),
                  scan.chunks(),
                  scan.blocks(),
                  scan.toSequence()));
      if (scan.unquiet()) {
        out.println("! the file was written to while it was read: this is of more than one moment");
      }
    }
    out.flush();
  }
}
