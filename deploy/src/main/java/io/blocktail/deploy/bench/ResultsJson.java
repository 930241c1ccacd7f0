package io.blocktail.deploy.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/// The same as [ResultsTable], and every round's figure, for programs: one document.
final class ResultsJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Results results;
  private final List<String> contestants;

  ResultsJson(Results results, List<String> contestants) {
    this.results = results;
    this.contestants = contestants;
  }

  ObjectNode document() {
    ObjectNode document = JSON.createObjectNode();
    ArrayNode jobs = document.putArray("jobs");
    results.jobs().forEach(job -> jobs.add(job(job)));
    ArrayNode lags = document.putArray("lag");
    for (String contestant : contestants) {
      results.lag(contestant).ifPresent(lag -> lags.add(lag(contestant, lag)));
    }
    return document;
  }

  private ObjectNode job(Job job) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("name", job.name())
            .put("title", job.title())
            .put("unit", job.unit())
            .put("bytes", job.bytes());
    ArrayNode measured = node.putArray("contestants");
    ArrayNode ratios = node.putArray("ratios");
    for (String contestant : contestants) {
      if (!results.rounds(job, contestant).isEmpty()) {
        measured.add(contestant(job, contestant));
      }
      if (!contestant.equals(Ours.NAME)) {
        results.ratio(job, contestant).ifPresent(ratio -> ratios.add(ratio(contestant, ratio)));
      }
    }
    results.betterMirror(job).ifPresent(name -> node.put("betterMirror", name));
    return node;
  }

  private ObjectNode contestant(Job job, String contestant) {
    ObjectNode node =
        JSON.createObjectNode()
            .put("name", contestant)
            .put("median", results.median(job, contestant).orElseThrow());
    ArrayNode rounds = node.putArray("rounds");
    for (Results.Measured measured : results.rounds(job, contestant)) {
      rounds
          .addObject()
          .put("figure", measured.figure())
          .put("seconds", measured.fio().millis() / 1e3)
          .put("settledSeconds", measured.settled().toNanos() / 1e9)
          .put("replicatedMebibytesPerSecond", measured.replicatedMebibytesPerSecond());
    }
    return node;
  }

  private static ObjectNode ratio(String peer, Ratio ratio) {
    return JSON.createObjectNode()
        .put("peer", peer)
        .put("median", ratio.median())
        .put("least", ratio.least())
        .put("most", ratio.most());
  }

  private static ObjectNode lag(String contestant, LagFigures lag) {
    return JSON.createObjectNode()
        .put("contestant", contestant)
        .put("samples", lag.samples())
        .put("p50Millis", lag.p50Nanos() / 1e6)
        .put("p99Millis", lag.p99Nanos() / 1e6)
        .put("maxMillis", lag.maxNanos() / 1e6)
        .put("writtenBytesPerSecond", lag.bytesPerSecond());
  }
}
