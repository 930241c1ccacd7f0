package io.blocktail.producer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileDisk;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The volumes that were made while the producer ran: what the configuration is for the others. One
/// file, replaced as a whole:
///
/// ```
/// blocktail-volumes VERSION CRC
/// [{"name": …, "file": …, "directory": …, "bytes": …, "leaving": …}, …]
/// ```
///
/// The first line ends with a line feed; CRC is CRC-32C of all behind it, in 8 hexadecimal digits.
/// Format version 1: the first. Safe for many threads.
final class VolumeList implements AutoCloseable {
  static final String NAME = "volumes";

  private static final String LOCK = "lock";
  private static final String MAGIC = "blocktail-volumes";
  private static final int VERSION = 1;
  private static final int LIMIT = 16 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();

  private record Entry(
      String name, String file, String directory, @Nullable Long bytes, boolean leaving) {}

  private final Path directory;
  private final Disk disk;
  private final Closeable lock;
  private final TreeMap<String, MadeVolume> volumes = new TreeMap<>();

  private VolumeList(Path directory, Disk disk, Closeable lock) {
    this.directory = directory;
    this.disk = disk;
    this.lock = lock;
  }

  /// Makes the directory if there is none. Only one producer has it at a time.
  static VolumeList open(Path directory) throws IOException {
    Path absolute = directory.toAbsolutePath().normalize();
    Disk disk = FileDisk.open(absolute);
    var list = new VolumeList(absolute, disk, disk.lock(LOCK));
    try {
      Optional<ByteBuffer> bytes = disk.read(NAME, LIMIT);
      if (bytes.isPresent()) {
        list.read(StandardCharsets.UTF_8.decode(bytes.get()).toString());
      }
      return list;
    } catch (IOException | RuntimeException e) {
      list.lock.close();
      throw e;
    }
  }

  private void read(String text) throws IOException {
    int end = text.indexOf('\n');
    String[] head = text.substring(0, Math.max(end, 0)).split(" ", -1);
    if (head.length != 3 || !head[0].equals(MAGIC)) {
      throw damaged("it is no list of volumes");
    }
    if (!head[1].equals(String.valueOf(VERSION))) {
      throw new IOException(
          "%s has format version %s; this release reads version %d"
              .formatted(directory.resolve(NAME), head[1], VERSION));
    }
    String body = text.substring(end + 1);
    if (!head[2].equals(checksum(body))) {
      throw damaged("its checksum is wrong");
    }
    try {
      for (Entry entry : JSON.readValue(body, Entry[].class)) {
        var volume =
            new MadeVolume(
                entry.name(),
                Path.of(entry.file()),
                Path.of(entry.directory()),
                entry.bytes(),
                entry.leaving());
        volumes.put(volume.name(), volume);
      }
    } catch (JsonProcessingException e) {
      throw damaged(e.getOriginalMessage());
    }
  }

  private IOException damaged(String how) {
    return new IOException(
        "%s is damaged: %s. Without it nobody knows which volumes were made; to do without them, move it away"
            .formatted(directory.resolve(NAME), how));
  }

  private static String checksum(String body) {
    var crc = new CRC32C();
    crc.update(body.getBytes(StandardCharsets.UTF_8));
    return "%08x".formatted(crc.getValue());
  }

  Path directory() {
    return directory;
  }

  /// Whether the place is one where this list keeps its files.
  boolean isOwn(Path place) {
    return Stream.of(NAME, NAME + ".new", LOCK)
        .map(directory::resolve)
        .anyMatch(own -> place.startsWith(own));
  }

  synchronized Collection<MadeVolume> all() {
    return List.copyOf(volumes.values());
  }

  synchronized Optional<MadeVolume> find(String name) {
    return Optional.ofNullable(volumes.get(name));
  }

  /// Durable when this returns.
  synchronized void put(MadeVolume volume) throws IOException {
    var next = new TreeMap<>(volumes);
    next.put(volume.name(), volume);
    write(next);
  }

  /// Durable when this returns.
  synchronized void remove(String name) throws IOException {
    var next = new TreeMap<>(volumes);
    next.remove(name);
    write(next);
  }

  private void write(TreeMap<String, MadeVolume> next) throws IOException {
    var entries =
        next.values().stream()
            .map(volume ->
                new Entry(
                    volume.name(),
                    volume.image().toString(),
                    volume.directory().toString(),
                    volume.bytes(),
                    volume.leaving()))
            .toList();
    String body = JSON.writerWithDefaultPrettyPrinter().writeValueAsString(entries) + "\n";
    String text = "%s %d %s\n%s".formatted(MAGIC, VERSION, checksum(body), body);
    disk.replace(NAME, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    volumes.clear();
    volumes.putAll(next);
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
