package io.blocktail.deploy.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The directory a run works in: images, sockets, logs. It lies on a disk, since a file system in
/// memory would flatter whoever flushes most, and it is gone after the run.
final class Workspace implements AutoCloseable {
  private static final List<String> IN_MEMORY = List.of("tmpfs", "ramfs", "rootfs");

  /// What a Unix socket's address may take (sun_path, 108 bytes with its closing zero), less the
  /// longest name of a socket below the directory.
  private static final int PATH_LIMIT = 107 - "/blocktail-scrubbing/nbd.sock".length();

  private final Path directory;
  private final Path logs;

  private Workspace(Path directory, Path logs) {
    this.directory = directory;
    this.logs = logs;
  }

  /// @param needed bytes that the run will put there
  /// @param logs where to leave fio's outputs and all logs, or null to drop them with the rest
  static Workspace in(Path parent, long needed, @Nullable Path logs) throws BenchFailedException {
    try {
      Files.createDirectories(parent);
      String type = Files.getFileStore(parent).type();
      if (IN_MEMORY.contains(type)) {
        throw new BenchFailedException(
            parent + " is on " + type + ", in memory: name a directory on a disk with --dir");
      }
      long free = Files.getFileStore(parent).getUsableSpace();
      if (free < needed) {
        throw new BenchFailedException(
            "%s has %d MiB free, the run takes up to %d MiB: name another with --dir"
                .formatted(parent, free >> 20, needed >> 20));
      }
      Path directory = Files.createTempDirectory(parent, "run-").toRealPath();
      if (directory.toString().length() > PATH_LIMIT) {
        Files.delete(directory);
        throw new BenchFailedException(
            directory + " is too long for the name of a Unix socket: name another with --dir");
      }
      Path kept = logs == null ? directory.resolve("logs") : logs.toAbsolutePath();
      Files.createDirectories(kept);
      return new Workspace(directory, kept);
    } catch (IOException e) {
      throw new BenchFailedException("cannot work in " + parent + ": " + e, e);
    }
  }

  Path path(String name) {
    return directory.resolve(name);
  }

  Path log(String name) {
    return logs.resolve(name);
  }

  /// Writes every byte of a new file, so that no contestant pays for allocation inside a job.
  void fill(Path file, long size) throws BenchFailedException {
    byte[] content = new byte[1 << 20];
    new Random(size).nextBytes(content);
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (long done = 0; done < size; ) {
        int part = (int) Math.min(content.length, size - done);
        done += channel.write(ByteBuffer.wrap(content, 0, part));
      }
      channel.force(true);
    } catch (IOException e) {
      throw new BenchFailedException("cannot fill " + file + ": " + e, e);
    }
  }

  /// Copies what a contestant logged to where the other logs are.
  void keepLogs(String contestant, Path from) {
    if (logs.startsWith(directory) || !Files.isDirectory(from)) {
      return;
    }
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Files.copy(file, logs.resolve(contestant + "-" + file.getFileName()));
      }
    } catch (IOException e) {
      System.err.println("the logs in " + from + " are not kept: " + e);
    }
  }

  @Override
  public synchronized void close() {
    if (!Files.exists(directory)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(directory)) {
      for (Path path : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      System.err.println(directory + " is not removed: " + e);
    }
  }
}
