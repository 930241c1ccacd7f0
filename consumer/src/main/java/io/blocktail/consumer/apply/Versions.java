package io.blocktail.consumer.apply;

import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// The version of each block of a replica: the position of the last event that was applied to it.
/// Pages come from the file when they are needed. A page that changes stays in memory until the
/// next checkpoint writes it, since a version must never be durable before its data; one that does
/// not may be dropped. For the applier's thread, except for what [Frozen] says.
final class Versions implements AutoCloseable {
  /// Changed pages at which a checkpoint has to come first, about 40 MB of heap.
  static final int MOST_CHANGED = 1 << 16;

  private static final int MOST_CLEAN = 1 << 14;

  private VersionPages file;
  private Map<Long, long[]> changed = new HashMap<>();

  /// What the checkpoint under way writes: not changed any more, by anybody.
  private Map<Long, long[]> frozen = Map.of();

  /// Whether a checkpoint is under way: it needs the file also when it has no page to write.
  private boolean freezing;

  private final Map<Long, long[]> clean =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, long[]> eldest) {
          return size() > MOST_CLEAN;
        }
      };

  Versions(VersionPages file) {
    this.file = file;
  }

  /// The changed pages of one moment, on their way to the disk by the checkpoint's thread.
  record Frozen(VersionPages file, Map<Long, long[]> pages) {
    void write() throws IOException {
      file.write(pages);
    }

    void force() throws IOException {
      file.force();
    }
  }

  long get(long block) throws IOException {
    return page(block / VersionPages.PER_PAGE)[(int) (block % VersionPages.PER_PAGE)];
  }

  /// The end of the run of blocks from `first` on, not beyond `end`, to which an event at
  /// `position` either applies, all of them, or does not, as to `first`.
  long runEnd(long first, long end, long position) throws IOException {
    boolean applies = Rule.applies(get(first), position);
    long block = first + 1;
    while (block < end) {
      long[] page = page(block / VersionPages.PER_PAGE);
      int from = (int) (block % VersionPages.PER_PAGE);
      int to = (int) Math.min(VersionPages.PER_PAGE, from + end - block);
      for (int i = from; i < to; i++, block++) {
        if (Rule.applies(page[i], position) != applies) {
          return block;
        }
      }
    }
    return end;
  }

  void set(long first, long end, long position) throws IOException {
    for (long block = first; block < end; ) {
      long[] page = writable(block / VersionPages.PER_PAGE);
      int from = (int) (block % VersionPages.PER_PAGE);
      int to = (int) Math.min(VersionPages.PER_PAGE, from + end - block);
      java.util.Arrays.fill(page, from, to, position);
      block += to - from;
    }
  }

  private long[] page(long number) throws IOException {
    long[] page = changed.get(number);
    if (page == null) {
      page = frozen.get(number);
    }
    if (page == null) {
      page = clean.get(number);
    }
    if (page == null) {
      page = file.read(number);
      clean.put(number, page);
    }
    return page;
  }

  private long[] writable(long number) throws IOException {
    long[] page = changed.get(number);
    if (page != null) {
      return page;
    }
    page = page(number);
    if (frozen.containsKey(number)) {
      page = page.clone();
    } else {
      clean.remove(number);
    }
    changed.put(number, page);
    return page;
  }

  /// The volume has grown. May come while a checkpoint is under way.
  void grow(Geometry grown) throws IOException {
    file.grow(grown);
  }

  int changedPages() {
    return changed.size();
  }

  /// Whether a checkpoint is under way, whatever it writes.
  boolean isFrozen() {
    return freezing;
  }

  /// Goes on with an empty file.
  void startAnew(VersionPages empty) throws IOException {
    assert !freezing : "a checkpoint is under way";
    file.close();
    file = empty;
    changed.clear();
    clean.clear();
  }

  /// Sets the changed pages aside for a checkpoint. One at a time.
  Frozen freeze() {
    assert !freezing : "a checkpoint is under way";
    freezing = true;
    frozen = changed;
    changed = new HashMap<>();
    return new Frozen(file, frozen);
  }

  /// The pages that were set aside are durable.
  void thaw() {
    frozen.forEach((number, page) -> {
      if (!changed.containsKey(number)) {
        clean.put(number, page);
      }
    });
    frozen = Map.of();
    freezing = false;
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
