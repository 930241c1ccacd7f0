package io.blocktail.deploy.demo;

import io.blocktail.deploy.nbd.NbdClient;
import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;

/// An ext4 file system with some files, made by `mke2fs`, to be written to a volume.
///
/// @param image a temporary file
record FileSystemImage(Path image) {
  private static final int PIECE = 256 << 10;
  private static final int FILES = 40;
  private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/sbin", "/usr/bin");

  /// @param directory for temporary files
  /// @param size in bytes
  static FileSystemImage make(Path directory, long size, Random random)
      throws IOException, InterruptedException {
    Path files = Files.createDirectory(directory.resolve("files"));
    for (int i = 0; i < FILES; i++) {
      byte[] content = new byte[1 + random.nextInt((int) Math.min(256 << 10, size / 256))];
      random.nextBytes(content);
      Files.write(files.resolve("file-%02d".formatted(i)), content);
    }
    Files.writeString(files.resolve("README"), "Written by the Blocktail demo.\n");
    Path image = directory.resolve("demo.ext4");
    Path log = directory.resolve("mke2fs.log");
    Process made =
        new ProcessBuilder(
                program(),
                "-q",
                "-F",
                "-t",
                "ext4",
                "-b",
                "4096",
                "-d",
                files.toString(),
                image.toString(),
                size / 1024 + "k")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    if (made.waitFor() != 0) {
      throw new RefusedException(
          "mke2fs failed: " + Files.readString(log, StandardCharsets.UTF_8).strip());
    }
    return new FileSystemImage(image);
  }

  private static String program() {
    Stream<String> path =
        Stream.concat(
            Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(":")),
            DIRECTORIES.stream());
    return path.filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory, "mke2fs"))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () -> new RefusedException("mke2fs is missing; on Debian: apt-get install e2fsprogs"))
        .toString();
  }

  /// Writes it to the beginning of the volume.
  ///
  /// @param zeros whether to write zeros where it has none of its own data; not needed when the
  ///   volume is empty
  /// @return the offsets of the pieces of 256 KiB that have data
  List<Long> writeTo(NbdClient volume, boolean zeros) throws IOException {
    var written = new java.util.ArrayList<Long>();
    try (var channel = FileChannel.open(image, StandardOpenOption.READ)) {
      var piece = ByteBuffer.allocateDirect(PIECE);
      var nothing = ByteBuffer.allocateDirect(PIECE);
      long size = channel.size();
      for (long at = 0; at < size; at += PIECE) {
        piece.clear().limit((int) Math.min(PIECE, size - at));
        while (piece.hasRemaining() && channel.read(piece, at + piece.position()) >= 0) {
          // until it is full
        }
        piece.flip();
        if (piece.mismatch(nothing.clear().limit(piece.limit())) >= 0) {
          volume.write(piece, at);
          written.add(at);
        } else if (zeros) {
          volume.zero(at, piece.limit());
        }
      }
    }
    volume.flush();
    return List.copyOf(written);
  }
}
