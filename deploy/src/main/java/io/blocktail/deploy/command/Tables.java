package io.blocktail.deploy.command;

import static io.blocktail.deploy.command.Printer.cell;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.Scan;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.plan.Size;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The tables that people read. The first row is the heading. Pure.
final class Tables {
  private Tables() {}

  static List<List<String>> volumes(List<Volume> volumes) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("VOLUME", "SIZE", "STATE", "EPOCH", "SEQUENCE", "FORCED", "PUBLISHED", "JOURNAL"));
    for (Volume volume : volumes) {
      rows.add(
          List.of(
              volume.name(),
              new Size(volume.size()).toString(),
              stateOf(volume.state(), volume.reason()),
              cell(volume.epoch()),
              cell(volume.sequence()),
              cell(volume.forced()),
              cell(volume.published()),
              kilobytes(volume.journalBytes())));
    }
    return rows;
  }

  static List<List<String>> targets(List<Target> targets) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of("TARGET", "STATE", "CONSISTENT", "EPOCH", "WATERMARK", "LAG", "LAG MS", "FILE"));
    for (Target target : sorted(targets, Target::label)) {
      rows.add(
          List.of(
              target.label(),
              stateOf(target.state(), target.reason()),
              target.consistent() ? "yes" : "no",
              cell(target.epoch()),
              cell(target.watermark()),
              cell(target.lagChanges()),
              cell(target.lagMillis()),
              target.file()));
    }
    return rows;
  }

  static List<List<String>> replicas(List<Replica> replicas) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("REPLICA", "VERDICT", "VERIFIED TO", "DIVERGED", "PROVED BY PASS"));
    for (Replica replica : sorted(replicas, Replica::label)) {
      var proof = replica.proof();
      rows.add(
          List.of(
              replica.label(),
              replica.verdict(),
              cell(replica.lastVerifiedSequence()),
              cell(replica.divergedChunks()),
              proof == null ? "-" : cell(proof.pass())));
    }
    return rows;
  }

  static List<List<String>> alerts(List<Alert> alerts) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("ALERT", "KIND", "ABOUT", "CHUNKS", "SEQUENCE", "OPENED", "CLOSED"));
    for (Alert alert : alerts) {
      rows.add(
          List.of(
              alert.id(),
              alert.kind(),
              alert.subject(),
              cell(alert.chunkList()),
              cell(alert.sequence()),
              cell(alert.openedAt()),
              alert.stillOpen() ? "open" : cell(alert.closedAt())));
    }
    return rows;
  }

  static List<List<String>> scans(List<Scan> scans) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "SCAN",
            "WHY",
            "LOOKED AT",
            "STATE",
            "ENDED",
            "CHUNKS",
            "CHANGED",
            "BLOCKS",
            "SEQUENCE"));
    for (Scan scan : scans) {
      rows.add(
          List.of(
              cell(scan.id()),
              cell(scan.trigger()),
              scan.all() ? "everything" : "what is dirty",
              stateOf(scan.unquiet() ? scan.state() + " (unquiet)" : scan.state(), scan.reason()),
              cell(scan.endedAt()),
              cell(scan.chunks()),
              cell(scan.changedChunks()),
              cell(scan.blocks()),
              cell(scan.toSequence())));
    }
    return rows;
  }

  private static <T> List<T> sorted(List<T> rows, Function<T, String> by) {
    return rows.stream().sorted(Comparator.comparing(by)).toList();
  }

  private static String kilobytes(@Nullable Long bytes) {
    return bytes == null ? "-" : bytes / 1024 + "K";
  }

  private static String stateOf(String state, @Nullable String reason) {
    return reason == null || reason.isBlank() ? state : state + ": " + reason;
  }
}
