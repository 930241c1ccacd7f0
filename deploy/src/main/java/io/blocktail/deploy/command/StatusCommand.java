package io.blocktail.deploy.command;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.plan.RefusedException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `blocktail status`: all at once. A service that does not answer is part of the picture, as long
/// as one does.
@Command(
    name = "status",
    description = {
      "Volumes, targets, verdicts and open alerts.",
      "Exit codes: 0 all answer, every volume is served, every target follows and is consistent, and"
          + " nothing is alerted or known to differ; 1 not, and what is wrong is named; 2 nothing answers."
          + " A target that was never verified yet is named too, and is no reason for 1."
    })
public final class StatusCommand implements Callable<Integer> {
  @Mixin Connection connection = new Connection();
  @Spec CommandSpec spec = CommandSpec.create();

  /// The JSON document; null is what could not be had, and `troubles` says why.
  ///
  /// @param well there are no troubles; says nothing about targets that are `notVerifiedYet`
  record Status(
      boolean well,
      @Nullable List<Volume> volumes,
      @Nullable List<Target> targets,
      @Nullable List<Replica> replicas,
      @Nullable List<Alert> openAlerts,
      List<String> troubles,
      List<String> notVerifiedYet) {}

  @Override
  public Integer call() {
    try (ServiceClient client = connection.client()) {
      Status status = ask(client);
      PrintWriter out = spec.commandLine().getOut();
      if (connection.json()) {
        Printer.json(out, status);
      } else {
        print(out, status);
      }
      return status.well() ? 0 : 1;
    }
  }

  private static Status ask(ServiceClient client) {
    var volumes = client.volumes();
    var targets = client.targets();
    var replicas = client.replicas();
    var alerts = client.alerts("open");
    var troubles = new ArrayList<String>();
    var answers = List.<Answer<?>>of(volumes, targets, replicas, alerts);
    if (answers.stream().allMatch(answer -> answer instanceof Answer.Silent)) {
      Connection.value(volumes);
      throw new RefusedException(volumes.trouble());
    }
    answers.stream().map(Answer::trouble).filter(t -> !t.isEmpty()).forEach(troubles::add);
    Health health = Health.of(given(volumes), given(targets), given(replicas), given(alerts));
    troubles.addAll(health.troubles());
    return new Status(
        troubles.isEmpty(),
        given(volumes),
        given(targets),
        given(replicas),
        given(alerts),
        troubles.stream().distinct().toList(),
        List.copyOf(health.notVerifiedYet()));
  }

  private static <T> @Nullable List<T> given(Answer<List<T>> answer) {
    return answer instanceof Answer.Given<List<T>>(var value) ? value : null;
  }

  private static void print(PrintWriter out, Status status) {
    section(out, status.volumes(), Tables::volumes);
    section(out, status.targets(), Tables::targets);
    section(out, status.replicas(), Tables::replicas);
    List<Alert> alerts = status.openAlerts();
    if (alerts != null && !alerts.isEmpty()) {
      section(out, alerts, Tables::alerts);
    }
    status
        .notVerifiedYet()
        .forEach(label -> out.println("? target %s: not verified yet".formatted(label)));
    status.troubles().forEach(trouble -> out.println("! " + trouble));
    out.flush();
  }

  private static <T> void section(
      PrintWriter out, @Nullable List<T> rows, Function<List<T>, List<List<String>>> table) {
    if (rows != null) {
      Printer.table(out, table.apply(rows));
      out.println();
    }
  }
}
