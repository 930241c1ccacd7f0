package io.blocktail.volume;

/// The name of a volume: `[a-z0-9][a-z0-9-]{0,62}`. It is an NBD export name, a directory name,
/// part of a topic's name and the Kafka key of the volume's events, so it is kept to what all four
/// allow.
public record VolumeName(String value) {
  public VolumeName {
    Names.check("volume", value);
  }

  @Override
  public String toString() {
    return value;
  }
}
