package io.blocktail.deploy.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// An alert of the validator.
///
/// @param target null when it is about the volume itself
/// @param openedAt ISO-8601
/// @param closedAt ISO-8601; null while it is open
/// @param evidence as the validator gives it
public record Alert(
    String id,
    String kind,
    String volume,
    @Nullable String target,
    @Nullable List<Chunks> chunks,
    @Nullable Long sequence,
    @Nullable String openedAt,
    @Nullable String closedAt,
    @Nullable JsonNode evidence) {
  /// Neighbouring chunks.
  public record Chunks(long first, long count) {
    public boolean contains(long chunk) {
      return chunk >= first && chunk < first + count;
    }
  }

  /// What speaks for it, in words; empty when nothing is said.
  public String evidenceText() {
    if (evidence == null || evidence.isNull()) {
      return "";
    }
    return evidence.isTextual() ? evidence.asText() : evidence.toString();
  }

  // Not isOpen, which would be a field of the JSON document.
  public boolean stillOpen() {
    return closedAt == null;
  }

  /// What it is about: `VOLUME/NAME` or `VOLUME`.
  public String subject() {
    return target == null ? volume : volume + "/" + target;
  }

  /// `3, 7-9`, or nothing.
  public String chunkList() {
    if (chunks == null) {
      return "";
    }
    return String.join(
        ", ",
        chunks.stream()
            .map(run ->
                run.count() == 1
                    ? Long.toString(run.first())
                    : run.first() + "-" + (run.first() + run.count() - 1))
            .toList());
  }
}
