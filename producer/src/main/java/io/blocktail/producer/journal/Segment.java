package io.blocktail.producer.journal;

import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/// A segment in use, with its open file.
record Segment(SegmentHeader header, String name, DiskFile file) {
  private static final String PREFIX = "journal-";

  static String nameOf(long number) {
    return PREFIX + "%016d".formatted(number);
  }

  static boolean isName(String name) {
    return name.matches(PREFIX + "\\d{16}");
  }

  static long numberOf(String name) {
    return Long.parseLong(name.substring(PREFIX.length()));
  }

  long number() {
    return header.number();
  }

  long firstSequence() {
    return header.firstSequence();
  }

  int size() {
    return header.size();
  }

  /// @param count how many of the buffers, from the first
  void write(ByteBuffer[] from, int count, int position) throws IOException {
    try {
      file.write(from, count, position);
    } catch (IOException e) {
      throw new IOException("a write to %s failed: %s".formatted(name, e.getMessage()), e);
    }
  }

  void force() throws IOException {
    try {
      file.force();
    } catch (IOException e) {
      throw new IOException("a force of %s failed: %s".formatted(name, e.getMessage()), e);
    }
  }
}
