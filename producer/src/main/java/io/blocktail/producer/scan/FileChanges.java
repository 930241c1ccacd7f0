package io.blocktail.producer.scan;

import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.BitSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Has the system say when a file is written to. It does not say it of block devices, of writes
/// through a memory map, and of what another machine does on a network file system. A file that is
/// being written to is let come to rest, but not for ever.
public final class FileChanges implements Changes {
  /// How many times longer than `settle` a file may be written to before it is scanned all the
  /// same.
  private static final int RESTLESS = 10;

  private final Path file;
  private final long settle;
  private final @Nullable WatchService watch;
  private final Set<Path> names = new LinkedHashSet<>();
  private boolean changed;
  private long first;
  private long last;

  private FileChanges(Path file, Duration settle, @Nullable WatchService watch) {
    this.file = file;
    this.settle = settle.toNanos();
    this.watch = watch;
  }

  /// Sees nothing.
  public static FileChanges unwatched(Path file) {
    return new FileChanges(file, Duration.ZERO, null);
  }

  /// @param settle how long the file must have been left alone
  public static FileChanges watching(Path file, Duration settle) throws IOException {
    Path absolute = file.toAbsolutePath();
    var changes = new FileChanges(absolute, settle, absolute.getFileSystem().newWatchService());
    try {
      changes.register(absolute);
      changes.register(absolute.toRealPath());
      return changes;
    } catch (IOException e) {
      changes.close();
      throw e;
    }
  }

  private void register(Path path) throws IOException {
    Path directory = path.getParent();
    names.add(path.getFileName());
    if (watch != null && directory != null) { // the same one twice is one registration
      var _ =
          directory.register(
              watch, StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_CREATE);
    }
  }

  @Override
  public boolean noticed(long nanos) {
    if (watch != null) {
      for (WatchKey key = watch.poll(); key != null; key = watch.poll()) {
        for (WatchEvent<?> event : key.pollEvents()) {
          see(event, nanos);
        }
        boolean _ = key.reset();
      }
    }
    return changed && (nanos - last >= settle || nanos - first >= RESTLESS * settle);
  }

  private void see(WatchEvent<?> event, long nanos) {
    boolean lost = event.kind() == StandardWatchEventKinds.OVERFLOW;
    if (lost || (event.context() instanceof Path name && names.contains(name))) {
      first = changed ? first : nanos;
      last = nanos;
      changed = true;
    }
  }

  @Override
  public void taken() {
    boolean _ = noticed(first);
    changed = false;
  }

  @Override
  public @Nullable String stamp() {
    try {
      return Files.isRegularFile(file) ? Files.getLastModifiedTime(file).toString() : null;
    } catch (IOException e) {
      return null;
    }
  }

  @Override
  public boolean pulls() {
    return false;
  }

  @Override
  public BitSet dirty(Geometry geometry) {
    throw new AssertionError("nobody can tell");
  }

  @Override
  public void close() throws IOException {
    if (watch != null) {
      watch.close();
    }
  }
}
