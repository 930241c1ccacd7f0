package io.blocktail.volume;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// Bytes of a fixed size that can be read and written at any place. Layers stack: each takes a
/// device and is one. Ranges are judged at the border, by who takes them from outside; a range that
/// is not inside the device is our own fault and fails an assertion. Safe for use by many threads;
/// who needs order between overlapping calls holds a lock. A thread inside a call must never be
/// interrupted: that would close the file for all.
public interface BlockDevice extends AutoCloseable {
  /// In bytes; changes while the device is open only by [#grow].
  long size();

  /// Makes the device have at least so many bytes; durable when this returns. What a file gains
  /// reads as zeros; a block device must have the bytes already, and what they hold nobody knows.
  /// Nothing happens when it has them.
  ///
  /// @throws IOException when it cannot have them, with a message that says what to do
  default void grow(long size) throws IOException {
    if (size > size()) {
      throw new IOException("%s cannot grow from %d to %d bytes".formatted(this, size(), size));
    }
  }

  /// Finds out, as far as that can be, whether [#grow] would succeed, and leaves the size as it is.
  ///
  /// @throws IOException when it would not
  default void checkGrowth(long size) throws IOException {}

  /// Whether what [#grow] brings reads as zeros.
  default boolean growsByZeros() {
    return true;
  }

  /// Fills `into` from its position to its limit, which becomes its position.
  void read(ByteBuffer into, long offset) throws IOException;

  /// As [#read], but what the medium holds rather than what a cache remembers, where the platform
  /// can tell the two apart. Pending writes of the range reach the medium first.
  default void readStored(ByteBuffer into, long offset) throws IOException {
    read(into, offset);
  }

  /// Writes all of `from`, whose limit becomes its position.
  void write(ByteBuffer from, long offset) throws IOException;

  /// Makes the range read as zeros, giving its space back where the device can.
  void zero(long offset, long length) throws IOException;

  /// As [#zero], but the range keeps its space, so that a later write there cannot lack it, where
  /// the device can tell the two apart.
  default void fill(long offset, long length) throws IOException {
    zero(offset, length);
  }

  /// Whether [#zero] of whole blocks costs much less than writing as many zeros.
  default boolean zeroesFast() {
    return false;
  }

  /// How many of the `length` bytes from `offset` on are known to read as zeros and to take no
  /// space; 0 when the first of them may be data. Cheap, however large the device is.
  default long holeAt(long offset, long length) throws IOException {
    return 0;
  }

  /// How many of the `length` bytes from `offset` on are data, at least one, where [#holeAt] says
  /// 0. Not always cheap: finding where much data ends takes looking at all of it.
  default long dataAt(long offset, long length) throws IOException {
    return length;
  }

  /// Takes a hint that the range is going to be read. What comes of it is up to the device.
  default void expectRead(long offset, long length) {}

  /// Makes all that was written before durable. After an error nothing is known about what is
  /// durable, and calling again would tell nothing either (the page cache forgets failed writes).
  void force() throws IOException;

  /// Carries out what one client has asked for at the same moment. The requests overlap in time, so
  /// their order is free, but a FLUSH or a durable change is done when this returns. What goes
  /// wrong with one is told to that one.
  ///
  /// @param origin who asks, for the history
  default void execute(List<Request> requests, String origin) {
    for (Request request : requests) {
      try {
        switch (request.operation()) {
          case READ -> read(request.data(), request.offset());
          case WRITE -> write(request.data(), request.offset());
          case ZERO -> {
            if (request.keepsSpace()) {
              fill(request.offset(), request.length());
            } else {
              zero(request.offset(), request.length());
            }
          }
          case TRIM -> zero(request.offset(), request.length());
          case FLUSH -> {}
        }
        if (request.durable()) {
          force();
        }
      } catch (IOException e) {
        request.fail(e);
      }
    }
  }

  @Override
  void close() throws IOException;
}
