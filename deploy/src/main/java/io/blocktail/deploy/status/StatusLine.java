package io.blocktail.deploy.status;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Replica;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The one line about a target, or about a volume that needs attention. Only what was answered just
/// now is in it: a number that nobody confirms any more is not shown.
///
/// @param label `VOLUME/NAME`
/// @param condition what must change for a new line where lines stay: the state with its reason and
///   the verdict
/// @param numbers the rest
record StatusLine(String label, String condition, String numbers) {
  private static final String SERVING = "serving";

  static StatusLine of(
      String label,
      Answer<List<Target>> targets,
      Answer<List<Replica>> replicas,
      @Nullable Double bytesPerSecond) {
    if (!(targets instanceof Answer.Given<List<Target>>(var all))) {
      return new StatusLine(label, "unknown: consumer: " + targets.trouble(), "");
    }
    return all.stream()
        .filter(target -> target.label().equals(label))
        .findFirst()
        .map(target ->
            new StatusLine(
                label,
                condition(target) + ", " + verdict(label, replicas),
                numbers(target, bytesPerSecond)))
        .orElseGet(() -> new StatusLine(label, "unknown: the consumer does not know it", ""));
  }

  /// One line for each volume, or for a producer that does not answer.
  static List<StatusLine> ofVolumes(Answer<List<Volume>> volumes) {
    if (!(volumes instanceof Answer.Given<List<Volume>>(var all))) {
      return List.of(new StatusLine("producer", "unknown: " + volumes.trouble(), ""));
    }
    var lines = new ArrayList<StatusLine>();
    lines.add(new StatusLine("producer", SERVING, ""));
    for (Volume volume : all) {
      String reason = volume.reason();
      lines.add(
          new StatusLine(
              "volume " + volume.name(),
              reason == null ? volume.state() : volume.state() + ": " + reason,
              ""));
    }
    return lines;
  }

  boolean isWell() {
    return condition.equals(SERVING);
  }

  private static String condition(Target target) {
    String reason = target.reason();
    String state = target.state();
    if (!target.consistent()) {
      state += " (not consistent)";
    }
    return reason == null || reason.isBlank() ? state : state + ": " + reason;
  }

  private static String verdict(String label, Answer<List<Replica>> replicas) {
    if (!(replicas instanceof Answer.Given<List<Replica>>(var all))) {
      return "verdict unknown (validator: " + replicas.trouble() + ")";
    }
    return all.stream()
        .filter(replica -> replica.label().equals(label))
        .findFirst()
        .map(replica ->
            replica.divergedChunks() == 0
                ? replica.verdict()
                : "%s (%d chunks)".formatted(replica.verdict(), replica.divergedChunks()))
        .orElse("not verified yet");
  }

  private static String numbers(Target target, @Nullable Double bytesPerSecond) {
    var numbers = new StringBuilder();
    Long watermark = target.watermark();
    numbers.append("watermark ").append(watermark == null ? "?" : watermark.toString());
    Long changes = target.lagChanges();
    Long millis = target.lagMillis();
    numbers.append(", lag ").append(changes == null ? "?" : changes + " changes");
    if (millis != null) {
      numbers.append(" / ").append(millis).append(" ms");
    }
    Long undone = target.undoneChunks();
    if (undone != null && undone > 0) {
      numbers.append(", ").append(undone).append(" chunks to come");
    }
    if (bytesPerSecond != null) {
      numbers.append(", ").append(throughput(bytesPerSecond));
    }
    return numbers.toString();
  }

  /// What is more than nothing does not look like nothing.
  private static String throughput(double bytesPerSecond) {
    double mebibytes = bytesPerSecond / (1 << 20);
    return mebibytes > 0 && mebibytes < 0.1
        ? "<0.1 MiB/s"
        : String.format(Locale.ROOT, "%,.1f MiB/s", mebibytes);
  }

  @Override
  public String toString() {
    return numbers.isEmpty()
        ? "%-22s %s".formatted(label, condition)
        : "%-22s %s; %s".formatted(label, condition, numbers);
  }
}
