package io.blocktail.deploy.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;

/// What each block of a volume may hold, by two counters a block: the last write that was
/// acknowledged, and the last that was asked for. A block says which one it holds, all over. Each
/// block is written by one client, which has at most one write of it in flight.
final class BlockOracle {
  static final int BLOCK = 4096;

  private final int[] acknowledged;
  private final int[] asked;

  /// So that a write that was lost is never mistaken for a later one.
  private final int[] last;

  BlockOracle(int blocks) {
    acknowledged = new int[blocks];
    asked = new int[blocks];
    last = new int[blocks];
  }

  int blocks() {
    return asked.length;
  }

  /// The block's next content, which is asked for from now on.
  ByteBuffer next(int block) {
    asked[block] = ++last[block];
    return content(block, asked[block]);
  }

  /// What was asked for last is acknowledged.
  void acknowledge(int block) {
    acknowledged[block] = asked[block];
  }

  /// Zeros before the first write.
  private static ByteBuffer content(int block, int counter) {
    var bytes = ByteBuffer.allocate(BLOCK);
    long word = counter == 0 ? 0 : (long) block << 32 | counter;
    while (bytes.hasRemaining()) {
      bytes.putLong(word);
    }
    return bytes.flip();
  }

  /// Holds what a volume has, after its server was killed and started again, against the counters.
  /// From then on it may hold nothing else: what was lost stays lost.
  void judge(Path image) throws IOException {
    ByteBuffer found = ByteBuffer.wrap(Files.readAllBytes(image));
    for (int block = 0; block < blocks(); block++) {
      ByteBuffer here = found.slice(block * BLOCK, BLOCK);
      int counter = (int) here.getLong(0);
      if (!here.equals(content(block, counter))) {
        throw new AssertionError("block %d of %s is no whole write".formatted(block, image));
      }
      if (counter < acknowledged[block] || counter > asked[block]) {
        throw new AssertionError(
            "block %d of %s holds write %d; %d was acknowledged, %d asked for"
                .formatted(block, image, counter, acknowledged[block], asked[block]));
      }
      acknowledged[block] = counter;
      asked[block] = counter;
    }
  }
}
