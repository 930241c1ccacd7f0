package io.blocktail.validator.alert;

import com.fasterxml.jackson.annotation.JsonValue;

/// What is wrong.
public enum AlertKind {
  /// A target's chunks differ from its source's.
  DIVERGENCE("divergence"),
  /// The source's own chunks changed without a change in their history, as it says itself or as
  /// targets that agree against it show. Nothing is healed from them.
  SOURCE_ROT("source-rot"),
  /// A target has stopped.
  REPLICA_HALTED("replica-halted"),
  /// A target neither answers markers nor gets nearer to them.
  REPLICA_SILENT("replica-silent"),
  /// Two producers claim a volume's name, or two consumers a target's.
  NAME_CONFLICT("name-conflict");

  private final String label;

  AlertKind(String label) {
    this.label = label;
  }

  @JsonValue
  public String label() {
    return label;
  }
}
