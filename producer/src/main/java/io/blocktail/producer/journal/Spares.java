package io.blocktail.producer.journal;

import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/// Files that wait to become segments: of full size and written once, so that a force of a record
/// in them has no allocation to make durable. Only where one is needed in a hurry, its first forces
/// have.
final class Spares implements AutoCloseable {
  record Spare(String name, DiskFile file) {}

  private static final String PREFIX = "journal-spare-";

  /// Forced at a time: after so much at the latest, somebody in a hurry is noticed.
  private static final int FORCED = 2 << 20;

  /// Written at a time. Linux keeps what one write has brought as one piece of its page cache, and
  /// goes through all blocks of such a piece for each record that is written into it later.
  private static final int ZEROS = 16 << 10;

  private final Disk disk;
  private final int size;
  private final ArrayDeque<Spare> ready = new ArrayDeque<>();
  private long lastNumber;
  private volatile boolean hurried;

  Spares(Disk disk, int size) {
    this.disk = disk;
    this.size = size;
  }

  /// Takes over what an earlier process has left.
  synchronized void load() throws IOException {
    for (String name : disk.list()) {
      if (!name.startsWith(PREFIX)) {
        continue;
      }
      lastNumber = Math.max(lastNumber, Long.parseLong(name.substring(PREFIX.length())));
      DiskFile file = disk.open(name);
      if (file.size() == size) {
        ready.add(new Spare(name, file));
      } else {
        file.close();
        disk.delete(name);
      }
    }
  }

  synchronized int count() {
    return ready.size();
  }

  /// A writer waits from now on: what is being made is finished at once.
  void hurry() {
    hurried = true;
  }

  void calm() {
    hurried = false;
  }

  /// One that is ready, or else a new one, which takes its time unless somebody is in a [#hurry].
  synchronized Spare take() throws IOException {
    Spare spare = ready.pollFirst();
    return spare != null ? spare : make();
  }

  /// Takes back a segment that nobody needs any more. Its new name is durable before the next is
  /// taken back, so that a crash leaves no hole among the segments.
  synchronized void give(Segment segment, boolean keep) throws IOException {
    String name = nextName();
    disk.rename(segment.name(), name);
    if (keep && segment.size() == size) {
      ready.add(new Spare(name, segment.file()));
    } else {
      segment.file().close();
      disk.delete(name);
    }
  }

  private Spare make() throws IOException {
    String name = nextName();
    DiskFile file = disk.open(name);
    try {
      file.write(ByteBuffer.allocate(1), size - 1);
      var zeros = ByteBuffer.allocateDirect(Math.min(ZEROS, size));
      for (int position = 0; position < size && !hurried; ) {
        zeros.clear().limit(Math.min(zeros.capacity(), size - position));
        position += zeros.limit();
        file.write(zeros, position - zeros.limit());
        if (position % FORCED == 0 || position == size) {
          file.force();
        }
      }
      return new Spare(name, file);
    } catch (IOException e) {
      try (file) {
        disk.delete(name);
      } catch (IOException also) {
        e.addSuppressed(also);
      }
      throw e;
    }
  }

  private String nextName() {
    return PREFIX + ++lastNumber;
  }

  @Override
  public synchronized void close() throws IOException {
    for (Spare spare : ready) {
      spare.file().close();
    }
    ready.clear();
  }
}
