package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/// What one run of a job came to, from fio's JSON (`--output-format=json`).
///
/// @param operations reads or writes done
/// @param millis from the first request to the last answer, flushes included
public record FioResult(long bytes, long operations, long millis) {

  /// Refuses a run that had an error or did not move all bytes of its job: it would look fast.
  static FioResult of(JsonNode output, Job job) throws BenchFailedException {
    JsonNode run = output.path("jobs").path(0);
    if (run.isMissingNode()) {
      throw new BenchFailedException("fio's output for " + job.title() + " has no job in it");
    }
    int error = run.path("error").asInt(-1);
    if (error != 0) {
      throw new BenchFailedException(job.title() + ": fio reports error " + error);
    }
    List<JsonNode> directions =
        Stream.of(job.reads() ? "read" : null, job.writes() ? "write" : null)
            .filter(Objects::nonNull)
            .map(run::path)
            .toList();
    FioResult result =
        new FioResult(
            directions.stream().mapToLong(d -> d.path("io_bytes").asLong(-1)).sum(),
            directions.stream().mapToLong(d -> d.path("total_ios").asLong(-1)).sum(),
            directions.stream().mapToLong(d -> d.path("runtime").asLong(-1)).max().orElse(-1));
    if (result.bytes != job.bytes()) {
      throw new BenchFailedException(
          job.title() + ": fio moved " + result.bytes + " bytes, not " + job.bytes());
    }
    if (result.operations <= 0 || result.millis <= 0) {
      throw new BenchFailedException(job.title() + ": fio gives no operations or no run time");
    }
    return result;
  }

  double operationsPerSecond() {
    return operations * 1000.0 / millis;
  }

  double mebibytesPerSecond() {
    return bytes / 1048576.0 * 1000.0 / millis;
  }
}
