package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Random;

/// Image files: made and judged by foreign tools.
final class Images {
  private static final long BLOCK_OF_STAT = 512;

  private Images() {}

  /// An ext4 file system with files of all sizes up to some MiB, in directories, sparse.
  ///
  /// @param directory for the image and what goes into it
  static Path ext4(Path directory, int megabytes, Random random) throws Exception {
    Path files = Files.createDirectory(directory.resolve("files"));
    for (int i = 0; i < 40; i++) {
      Path parent = Files.createDirectories(files.resolve("d" + i % 7).resolve("e" + i % 3));
      byte[] content = new byte[1 + random.nextInt(i % 4 == 0 ? 1000 : 4 << 20)];
      random.nextBytes(content);
      Files.write(parent.resolve("random-" + i), content);
      Files.writeString(parent.resolve("text-" + i), "line of text\n".repeat(random.nextInt(5000)));
    }
    Path image = directory.resolve("ext4.img");
    ForeignTool.require("mkfs.ext4", "e2fsprogs")
        .run("-q", "-F", "-d", files, image, megabytes + "M");
    return image;
  }

  static Path random(Path file, int megabytes, Random random) throws Exception {
    byte[] content = new byte[megabytes << 20];
    random.nextBytes(content);
    return Files.write(file, content);
  }

  /// Changes one byte at each of the offsets, as a rotten disk does it: without anybody's
  /// knowledge.
  static void damage(Path image, Collection<Long> offsets, Random random) throws IOException {
    try (var file = FileChannel.open(image, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var one = ByteBuffer.allocate(1);
      for (long offset : offsets) {
        file.read(one.clear(), offset);
        one.put(0, (byte) (one.get(0) ^ random.nextInt(1, 256)));
        file.write(one.rewind(), offset);
      }
      file.force(false); // a digest may be read past the page cache
    }
  }

  /// How much of a file is not a hole, in bytes.
  static long allocated(Path file) throws Exception {
    String blocks = ForeignTool.require("stat", "coreutils").run("-c", "%b", file).strip();
    return Long.parseLong(blocks) * BLOCK_OF_STAT;
  }

  /// Holes stay holes, and what was written as zeros may have become one.
  static void assertAtLeastAsSparse(Path sparser, Path than) throws Exception {
    assertThat(allocated(sparser))
        .as("bytes allocated for %s, at most those for %s", sparser, than)
        .isLessThanOrEqualTo(allocated(than) + (256 << 10));
  }

  /// Holes stay holes: as much is allocated as in the other, but for what a file system needs for
  /// its own order.
  static void assertAsSparse(Path file, Path as) throws Exception {
    long expected = allocated(as);
    assertThat(allocated(file))
        .as("bytes allocated for %s, as for %s", file, as)
        .isBetween(expected - expected / 50 - (256 << 10), expected + expected / 50 + (256 << 10));
  }
}
