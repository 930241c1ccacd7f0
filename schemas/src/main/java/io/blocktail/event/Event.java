package io.blocktail.event;

/// One event of a volume's stream.
///
/// @param sequence place in the volume's history: 1, 2, 3 … dense, never reset
/// @param previous sequence of the event before it in the partition, 0 for the first
/// @param epoch who may write the history, 1 to 65535
/// @param capturedAt µs since 1970, by the source's clock; for people, never for order
/// @param origin which client wrote, or which request, scrub pass or start caused it
public record Event(
    long sequence, long previous, int epoch, long capturedAt, String origin, Body body) {

  public long position() {
    return Position.of(epoch, sequence);
  }
}
