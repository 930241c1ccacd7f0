package io.blocktail.volume;

/// The name of a target, unique within its volume: `[a-z0-9][a-z0-9-]{0,62}`.
public record TargetName(String value) {
  public TargetName {
    Names.check("target", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
