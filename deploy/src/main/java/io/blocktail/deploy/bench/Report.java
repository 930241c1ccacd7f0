package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// A finished run.
///
/// @param skipped contestants that could not be measured, and why
/// @param journalPeak most bytes of our journal that were in use during a job
/// @param idleShare of one core that ours took while a peer was measured
public record Report(
    Agenda agenda,
    Machine machine,
    Results results,
    List<ResultsTable.Column> contestants,
    List<String> skipped,
    long journalPeak,
    double idleShare) {

  private static final long AIM_LAG_MILLIS = 50;

  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%d cores (%s), %s, Java %s; fio runs on them too; rounds: %d; volume: %d MiB%n"
            .formatted(
                machine.cores(),
                machine.processor(),
                machine.system(),
                machine.java(),
                agenda.rounds(),
                agenda.volumeSize() >> 20));
    skipped.forEach(line -> text.append("not measured: ").append(line).append('\n'));
    text.append('\n').append(new ResultsTable(results, contestants).render()).append('\n');
    if (!agenda.systems().isEmpty()) {
      text.append(
          String.format(
              Locale.ROOT,
              "Journal: at most %d of %d MiB seen in use, writers never seen blocked.%n",
              journalPeak >> 20,
              agenda.journalLimit() >> 20));
      if (contestants.size() > 1) {
        text.append(
            String.format(
                Locale.ROOT,
                "Blocktail is warmed up first; it stays up while the others are measured and then"
                    + " takes %.2f of a core.%n",
                idleShare));
      }
      text.append(aims());
    }
    return text.toString();
  }

  private String aims() {
    return agenda.aims().stream().map(aim -> aim.judge(results)).collect(Collectors.joining())
        + results
            .lag(Ours.NAME)
            .map(lag ->
                "Aim, lag p99 below %d ms: %s%n"
                    .formatted(
                        AIM_LAG_MILLIS,
                        lag.p99Nanos() < AIM_LAG_MILLIS * 1_000_000 ? "reached" : "missed"))
            .orElse("");
  }

  public ObjectNode json() {
    ObjectNode document =
        new ResultsJson(results, contestants.stream().map(ResultsTable.Column::name).toList())
            .document();
    document
        .putObject("machine")
        .put("cores", machine.cores())
        .put("processor", machine.processor())
        .put("system", machine.system())
        .put("java", machine.java());
    ArrayNode notMeasured = document.putArray("skipped");
    skipped.forEach(notMeasured::add);
    return document
        .put("rounds", agenda.rounds())
        .put("volumeBytes", agenda.volumeSize())
        .put("journalPeakBytes", journalPeak)
        .put("journalLimitBytes", agenda.journalLimit())
        .put("idleCores", idleShare);
  }
}
