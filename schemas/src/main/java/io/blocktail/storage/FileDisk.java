package io.blocktail.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// A directory of the file system.
public final class FileDisk implements Disk {
  /// What this process has locked. The system's lock is the process's: closing any channel of the
  /// file would give it up, so a second attempt must not open one.
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  private final Path directory;

  private FileDisk(Path directory) {
    this.directory = directory;
  }

  /// Makes the directory if there is none.
  public static FileDisk open(Path directory) throws IOException {
    Files.createDirectories(directory);
    return new FileDisk(directory);
  }

  @Override
  public DiskFile open(String name) throws IOException {
    Path path = directory.resolve(name);
    boolean isNew = !Files.exists(path);
    var file =
        new OpenFile(
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    if (isNew) {
      forceDirectory();
    }
    return file;
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(directory.resolve(name));
  }

  @Override
  public List<String> list() throws IOException {
    try (var files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Override
  public Optional<ByteBuffer> read(String name, int limit) throws IOException {
    try (var channel = FileChannel.open(directory.resolve(name), StandardOpenOption.READ)) {
      if (channel.size() > limit) {
        throw new IOException(
            "%s has %d bytes, more than the %d that it can have"
                .formatted(directory.resolve(name), channel.size(), limit));
      }
      var content = ByteBuffer.allocate((int) channel.size());
      while (content.hasRemaining() && channel.read(content) >= 0) {}
      return Optional.of(content.flip());
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void replace(String name, ByteBuffer content) throws IOException {
    Path draft = directory.resolve(name + ".new");
    try (var channel =
        FileChannel.open(
            draft,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      while (content.hasRemaining()) {
        channel.write(content);
      }
      channel.force(true);
    }
    Files.move(draft, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    forceDirectory();
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    forceDirectory();
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public Closeable lock(String name) throws IOException {
    Path path = directory.toRealPath().resolve(name);
    if (!LOCKED.add(path)) {
      throw new IOException(directory + " is in use already, by this process");
    }
    try {
      return lock(path);
    } catch (IOException | RuntimeException e) {
      LOCKED.remove(path);
      throw e;
    }
  }

  private Closeable lock(Path path) throws IOException {
    var channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() == null) {
        throw new IOException(directory + " is in use already, by another process");
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    return () -> {
      channel.close();
      LOCKED.remove(path);
    };
  }

  private void forceDirectory() throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  private record OpenFile(FileChannel channel) implements DiskFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      int total = 0;
      while (into.hasRemaining()) {
        int n = channel.read(into, position + total);
        if (n < 0) {
          break;
        }
        total += n;
      }
      return total;
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      long at = position;
      while (from.hasRemaining()) {
        at += channel.write(from, at);
      }
    }

    @Override
    public void write(ByteBuffer[] from, int count, long position) throws IOException {
      channel.position(position);
      long left = 0;
      for (int i = 0; i < count; i++) {
        left += from[i].remaining();
      }
      while (left > 0) {
        left -= channel.write(from, 0, count);
      }
    }

    /// The size is metadata that a reader needs, which `fdatasync` covers too.
    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
