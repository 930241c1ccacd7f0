package io.blocktail.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;

/// A directory in memory that can lose power. Every file remembers its durable content and the
/// writes since; at a power loss each of those is kept, lost or torn at a sector's border, as a
/// random source says. A killed process loses nothing: open the same disk again.
public final class SimulatedDisk implements Disk {
  private static final int SECTOR = 512;

  /// What may go wrong before a write or a force: throws to make it fail.
  @FunctionalInterface
  public interface Fault {
    void before(String operation, String file) throws IOException;
  }

  private record Write(int position, byte[] bytes) {}

  /// What happens at a power loss to a write that was not forced.
  public enum Fate {
    LOST,
    KEPT,
    /// Of its sectors some are kept.
    TORN
  }

  private static final class Content {
    SimulatedBytes now = new SimulatedBytes();
    SimulatedBytes durable = new SimulatedBytes();
    final List<Write> pending = new ArrayList<>();

    void write(int position, byte[] bytes) {
      now = now.with(position, bytes);
      pending.add(new Write(position, bytes));
    }

    void force() {
      durable = now;
      pending.clear();
    }

    Content copy() {
      var copy = new Content();
      copy.now = now;
      copy.durable = durable;
      copy.pending.addAll(pending);
      return copy;
    }
  }

  private final TreeMap<String, Content> files = new TreeMap<>();
  private final Map<String, Object> locks = new HashMap<>();
  private Fault fault = (operation, file) -> {};

  public synchronized void onFault(Fault fault) {
    this.fault = fault;
  }

  /// The process that used the disk dies: nothing written is lost, and its locks are free.
  public synchronized void kill() {
    locks.clear();
  }

  /// Loses power: what was not forced is kept, lost or torn, each write on its own.
  public synchronized void losePower(RandomGenerator random) {
    losePower(write -> Fate.values()[random.nextInt(3)], random::nextBoolean);
  }

  /// Loses power.
  ///
  /// @param fate of each write that was not forced, by its number from 0 on: file by file, and in
  ///   the order in which they came
  /// @param sector whether the next sector of a torn write is kept
  public synchronized void losePower(IntFunction<Fate> fate, BooleanSupplier sector) {
    locks.clear();
    int number = 0;
    for (Content content : files.values()) {
      SimulatedBytes after = content.durable;
      for (Write write : content.pending) {
        after =
            switch (fate.apply(number++)) {
              case LOST -> after;
              case KEPT -> after.with(write.position, write.bytes);
              case TORN -> torn(after, write, sector);
            };
      }
      content.now = after;
      content.force();
    }
  }

  private static SimulatedBytes torn(SimulatedBytes bytes, Write write, BooleanSupplier sector) {
    SimulatedBytes torn = bytes;
    int at = 0;
    while (at < write.bytes.length) {
      int border = Math.min(write.bytes.length, at + SECTOR - (write.position + at) % SECTOR);
      if (sector.getAsBoolean()) {
        torn = torn.with(write.position + at, Arrays.copyOfRange(write.bytes, at, border));
      }
      at = border;
    }
    return torn;
  }

  /// How many writes no force has covered.
  public synchronized int pendingWrites() {
    return files.values().stream().mapToInt(content -> content.pending.size()).sum();
  }

  /// The system has written everything back by itself.
  public synchronized void forceAll() {
    files.values().forEach(Content::force);
  }

  /// Changes one byte behind everybody's back, also of what is durable.
  public synchronized void flip(String name, int position, int mask) throws IOException {
    Content content = content(name);
    content.now = content.now.flipped(position, mask);
    if (position < content.durable.length()) {
      content.durable = content.durable.flipped(position, mask);
    }
  }

  public synchronized byte[] contentOf(String name) throws IOException {
    return content(name).now.toArray();
  }

  /// Replaces a file's whole content, durably.
  public synchronized void setContent(String name, byte[] bytes) {
    var content = new Content();
    content.now = new SimulatedBytes().with(0, bytes);
    content.force();
    files.put(name, content);
  }

  /// A second disk with the same content, of which nothing is pending.
  public synchronized SimulatedDisk copy() {
    SimulatedDisk copy = snapshot();
    copy.forceAll();
    return copy;
  }

  /// A second disk in the same state.
  public synchronized SimulatedDisk snapshot() {
    var copy = new SimulatedDisk();
    files.forEach((name, content) -> copy.files.put(name, content.copy()));
    return copy;
  }

  private Content content(String name) throws IOException {
    Content content = files.get(name);
    if (content == null) {
      throw new NoSuchFileException(name);
    }
    return content;
  }

  @Override
  public synchronized DiskFile open(String name) {
    return new OpenFile(name, files.computeIfAbsent(name, key -> new Content()));
  }

  @Override
  public synchronized boolean exists(String name) {
    return files.containsKey(name);
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(files.keySet());
  }

  @Override
  public synchronized Optional<ByteBuffer> read(String name, int limit) throws IOException {
    Content content = files.get(name);
    if (content == null) {
      return Optional.empty();
    }
    if (content.now.length() > limit) {
      throw new IOException(name + " is larger than " + limit + " bytes");
    }
    return Optional.of(ByteBuffer.wrap(content.now.toArray()));
  }

  @Override
  public synchronized void replace(String name, ByteBuffer content) throws IOException {
    fault.before("replace", name);
    var bytes = new byte[content.remaining()];
    content.get(bytes);
    setContent(name, bytes);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    fault.before("rename", from);
    files.put(to, content(from));
    files.remove(from);
  }

  @Override
  public synchronized void delete(String name) {
    files.remove(name);
  }

  @Override
  public synchronized Closeable lock(String name) throws IOException {
    var holder = new Object();
    if (locks.putIfAbsent(name, holder) != null) {
      throw new IOException("the simulated disk is in use already");
    }
    files.computeIfAbsent(name, key -> new Content());
    return () -> {
      synchronized (this) {
        locks.remove(name, holder);
      }
    };
  }

  @Override
  public String toString() {
    return "the simulated disk";
  }

  private final class OpenFile implements DiskFile {
    private final String name;
    private final Content content;
    private boolean closed;

    OpenFile(String name, Content content) {
      this.name = name;
      this.content = content;
    }

    @Override
    public long size() throws IOException {
      synchronized (SimulatedDisk.this) {
        check();
        return content.now.length();
      }
    }

    @Override
    public int read(ByteBuffer into, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        check();
        return content.now.read(into, (int) Math.min(position, Integer.MAX_VALUE));
      }
    }

    @Override
    public void write(ByteBuffer from, long position) throws IOException {
      synchronized (SimulatedDisk.this) {
        check();
        fault.before("write", name);
        var bytes = new byte[from.remaining()];
        from.get(bytes);
        content.write((int) position, bytes);
      }
    }

    @Override
    public void write(ByteBuffer[] from, int count, long position) throws IOException {
      long at = position;
      for (int i = 0; i < count; i++) {
        int n = from[i].remaining();
        write(from[i], at);
        at += n;
      }
    }

    @Override
    public void force() throws IOException {
      synchronized (SimulatedDisk.this) {
        check();
        fault.before("force", name);
        content.force();
      }
    }

    private void check() throws ClosedChannelException {
      if (closed) {
        throw new ClosedChannelException();
      }
    }

    @Override
    public void close() {
      synchronized (SimulatedDisk.this) {
        closed = true;
      }
    }
  }
}
