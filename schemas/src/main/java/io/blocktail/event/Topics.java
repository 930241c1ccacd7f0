package io.blocktail.event;

import io.blocktail.volume.VolumeName;

/// The names of all topics.
///
/// @param prefix what they start with, `blocktail` unless configured
public record Topics(String prefix) {
  /// One partition: everything that has a place in the volume's history.
  public String changes(VolumeName volume) {
    return prefix + ".changes." + volume;
  }

  public String digests() {
    return prefix + ".digests";
  }

  public String resyncRequests() {
    return prefix + ".resync-requests";
  }

  public String alerts() {
    return prefix + ".alerts";
  }

  public String sources() {
    return prefix + ".sources";
  }

  public String replicas() {
    return prefix + ".replicas";
  }
}
