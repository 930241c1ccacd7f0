package io.blocktail.validator.compare;

import io.blocktail.event.Position;

/// A digest marker's place in a volume's history. Digests are compared at equal points only.
///
/// @param volumeId the volume's UUID: a name used again is another volume
/// @param epoch 1 to 65535
/// @param sequence of the marker, from 1
public record Point(String volumeId, int epoch, long sequence) {
  /// Epoch and sequence as one number, to be compared unsigned; see [Position].
  public long position() {
    return Position.of(epoch, sequence);
  }

  /// Whether both are of one volume; only then is there a before and an after.
  public boolean isOfVolume(Point other) {
    return volumeId.equals(other.volumeId);
  }

  public boolean isAfter(Point other) {
    return Position.isAfter(position(), other.position());
  }
}
