package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.JsonNode;

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
    JsonNode direction = run.path(job.writes() ? "write" : "read");
    FioResult result =
        new FioResult(
            direction.path("io_bytes").asLong(-1),
            direction.path("total_ios").asLong(-1),
            direction.path("runtime").asLong(-1));
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
