package io.blocktail.producer.journal;

import io.blocktail.storage.DiskFile;

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
}
