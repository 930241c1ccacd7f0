package io.blocktail.deploy.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a volume may hold after clients, the server or the machine were killed: for each byte the
/// last write that was acknowledged, or one of those after it whose answer never came.
///
/// Each byte is written by one client only, which never has two requests for it in flight, so the
/// order of the writes to a byte is known. Not thread safe, and need not be: two clients never
/// touch the same bytes; [#lost] alone is shared.
final class Expected {
  /// A request whose answer never came.
  ///
  /// @param data null for zeros
  private record Lost(int number, int offset, int length, byte[] data) {
    boolean explains(int at, byte found) {
      return at >= offset && at < offset + length && data[at - offset] == found;
    }
  }

  private final byte[] acknowledged;

  /// Of each byte, the number of its last acknowledged write.
  private final int[] numbers;

  private final List<Lost> lost = new ArrayList<>();

  /// @param size of the volume in bytes, all zeros
  Expected(int size) {
    acknowledged = new byte[size];
    numbers = new int[size];
  }

  int size() {
    return acknowledged.length;
  }

  /// @param number greater than that of any write to these bytes before
  void acknowledge(int number, int offset, byte[] data) {
    System.arraycopy(data, 0, acknowledged, offset, data.length);
    java.util.Arrays.fill(numbers, offset, offset + data.length, number);
  }

  void lose(int number, int offset, byte[] data) {
    synchronized (lost) {
      lost.add(new Lost(number, offset, data.length, data));
    }
  }

  /// Holds a volume's content against this. All clients have ended.
  void judge(Path image) throws IOException {
    byte[] found = Files.readAllBytes(image);
    if (found.length != size()) {
      throw new AssertionError("%s has %d bytes, not %d".formatted(image, found.length, size()));
    }
    for (int at = 0; at < found.length; at++) {
      if (found[at] != acknowledged[at] && !mayBe(at, found[at])) {
        throw new AssertionError(
            "byte %d of %s is %02x; acknowledged was %02x by write %d, and no lost write explains it"
                .formatted(at, image, found[at], acknowledged[at], numbers[at]));
      }
    }
  }

  private boolean mayBe(int at, byte found) {
    return lost.stream().anyMatch(one -> one.number() > numbers[at] && one.explains(at, found));
  }
}
