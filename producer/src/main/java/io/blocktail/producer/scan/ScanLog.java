package io.blocktail.producer.scan;

import io.blocktail.storage.Disk;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The last scans of a volume, and the chunks of those that came to no end; one file that is
/// replaced as a whole. That it is there says that the volume is one that somebody else writes.
/// Big-endian:
///
/// ```
///  0 magic "BTSCANS1"                             8
///  8 format version                               4
/// 12 CRC-32C of 0..12 and of the rest             4
/// 16 what was scanned: 2 bytes of length, then UTF-8
///    runs of open chunks: how many                4
///    each: first, count                           4 + 4
///    scans: how many                              4
///    each: id                                     8
///          trigger, state                         1 + 1
///          flags: 1 all, 2 ended, 4 unquiet, 8 reason   1
///          started, ended: ms since 1970          8 + 8
///          chunks, seen, changed                  4 + 4 + 4
///          blocks, bytes, from, to                8 + 8 + 8 + 8
///          reason: 2 bytes of length, then UTF-8
/// ```
///
/// Told by one thread, asked by any.
public final class ScanLog {
  static final String NAME = "scans";

  /// So many scans are remembered.
  static final int REMEMBERED = 100;

  private static final System.Logger LOG = System.getLogger(ScanLog.class.getName());
  private static final long MAGIC = 0x42545343414E5331L;

  /// 1: the first.
  private static final int VERSION = 1;

  private static final int LIMIT = 1 << 20;
  private static final int LONGEST_TEXT = 1000;

  private final Disk disk;
  private String source;
  private ChunkSet open;
  private List<Scan> scans;

  private ScanLog(Disk disk, String source, ChunkSet open, List<Scan> scans) {
    this.disk = disk;
    this.source = source;
    this.open = open;
    this.scans = List.copyOf(scans);
  }

  /// Whether the directory is one of a volume that somebody else writes.
  public static boolean isThere(Disk disk) throws IOException {
    return disk.exists(NAME);
  }

  /// Makes the file where there is none. What is damaged is forgotten: it takes a scan of
  /// everything to know again.
  public static ScanLog open(Disk disk) throws IOException {
    Optional<ByteBuffer> bytes = disk.read(NAME, LIMIT);
    ScanLog log = bytes.isEmpty() ? null : decode(disk, bytes.get());
    if (log == null) {
      if (bytes.isPresent()) {
        LOG.log(
            System.Logger.Level.WARNING,
            "{0}/{1} is damaged: which scans there were is forgotten, and all is scanned again",
            disk,
            NAME);
      }
      log = new ScanLog(disk, "", ChunkSet.EMPTY, List.of());
      log.write();
    }
    log.scans = log.scans.stream().map(ScanLog::ended).toList();
    return log;
  }

  /// However often it is tried again in vain, what was before stays remembered.
  private static boolean isFailedRetry(Scan scan) {
    return scan.trigger() == Trigger.RETRY && scan.state() == Scan.State.FAILED;
  }

  private static Scan ended(Scan scan) {
    return scan.state() == Scan.State.RUNNING
        ? scan.failed(scan.startedAt(), "the producer ended in the middle of it")
        : scan;
  }

  /// The last scans, the newest first.
  public synchronized List<Scan> scans() {
    return scans.reversed();
  }

  public synchronized Optional<Scan> find(long id) {
    return scans.stream().filter(scan -> scan.id() == id).findFirst();
  }

  /// The newest that looked at all chunks and came to its end; null when there is none.
  public synchronized @Nullable Scan lastWhole() {
    return scans().stream()
        .filter(scan -> scan.all() && scan.state() == Scan.State.FINISHED)
        .findFirst()
        .orElse(null);
  }

  /// What the last whole scan looked at; empty when there was none.
  synchronized String source() {
    return source;
  }

  /// The chunks of scans that came to no end: the targets may have some of what those have seen.
  synchronized ChunkSet open() {
    return open;
  }

  /// A scan begins; not durable before it opens a gap or ends.
  synchronized void begin(Scan scan) {
    var all = new ArrayList<>(scans);
    Scan last = all.isEmpty() ? null : all.getLast();
    if (last != null && isFailedRetry(last) && scan.trigger() == Trigger.RETRY) {
      all.removeLast();
    }
    all.add(scan);
    if (all.size() > REMEMBERED) {
      Scan whole = lastWhole();
      all.remove(all.getFirst().equals(whole) ? 1 : 0);
    }
    scans = List.copyOf(all);
  }

  /// Whether the newest scan did not come to its end.
  synchronized boolean isUnfinished() {
    return !scans.isEmpty() && scans.getLast().state() != Scan.State.FINISHED;
  }

  /// A scan is about to open a gap. Durable when this returns.
  synchronized void opening(ChunkSet over) throws IOException {
    open = open.union(over);
    write();
  }

  /// How far it is, for people; not durable.
  synchronized void progress(Scan scan) {
    scans = scans.stream().map(one -> one.id() == scan.id() ? scan : one).toList();
  }

  /// It has come to its end, and so have those before it that had not. Durable when this returns.
  ///
  /// @param source what was scanned, by all scans that are still to be counted on
  synchronized void finish(Scan scan, String source) throws IOException {
    open = ChunkSet.EMPTY;
    this.source = source;
    progress(scan);
    write();
  }

  /// It came to no end. Durable when this returns.
  synchronized void fail(Scan scan) throws IOException {
    progress(scan);
    write();
  }

  private void write() throws IOException {
    disk.replace(NAME, encode());
  }

  private ByteBuffer encode() {
    byte[] name = text(source);
    int size = 16 + 2 + name.length + 8 + open.runs().size() * 8;
    var bytes = ByteBuffer.allocate(size + scans.size() * (80 + 4 * LONGEST_TEXT));
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putShort((short) name.length).put(name);
    bytes.putInt(open.runs().size());
    open.runs().forEach(run -> bytes.putInt(run.first()).putInt(run.count()));
    bytes.putInt(scans.size());
    scans.forEach(scan -> encode(bytes, scan));
    bytes.flip();
    return bytes.putInt(12, checksum(bytes));
  }

  private static void encode(ByteBuffer bytes, Scan scan) {
    Instant ended = scan.endedAt();
    String reason = scan.reason();
    int flags =
        (scan.all() ? 1 : 0)
            | (ended != null ? 2 : 0)
            | (scan.unquiet() ? 4 : 0)
            | (reason != null ? 8 : 0);
    bytes.putLong(scan.id());
    bytes.put((byte) scan.trigger().ordinal()).put((byte) scan.state().ordinal()).put((byte) flags);
    bytes
        .putLong(scan.startedAt().toEpochMilli())
        .putLong(ended == null ? 0 : ended.toEpochMilli());
    bytes.putInt(scan.chunks()).putInt(scan.seenChunks()).putInt(scan.changedChunks());
    bytes.putLong(scan.blocks()).putLong(scan.bytes()).putLong(scan.from()).putLong(scan.to());
    byte[] text = text(reason == null ? "" : reason);
    bytes.putShort((short) text.length).put(text);
  }

  private static byte[] text(String text) {
    return text.substring(0, Math.min(text.length(), LONGEST_TEXT))
        .getBytes(StandardCharsets.UTF_8);
  }

  /// @return null when it is damaged
  private static @Nullable ScanLog decode(Disk disk, ByteBuffer bytes) throws IOException {
    if (bytes.remaining() < 16
        || bytes.getLong(0) != MAGIC
        || bytes.getInt(12) != checksum(bytes)) {
      return null;
    }
    if (bytes.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' in %s has format version %d; this release reads version %d"
              .formatted(NAME, disk, bytes.getInt(8), VERSION));
    }
    try {
      bytes.position(16);
      String source = readText(bytes);
      var runs = new ArrayList<ChunkSet.Run>();
      for (int left = bytes.getInt(); left > 0; left--) {
        runs.add(new ChunkSet.Run(bytes.getInt(), bytes.getInt()));
      }
      var scans = new ArrayList<Scan>();
      for (int left = bytes.getInt(); left > 0; left--) {
        scans.add(readScan(bytes));
      }
      return new ScanLog(disk, source, new ChunkSet(runs), scans);
    } catch (BufferUnderflowException | IllegalArgumentException | DateTimeException e) {
      throw new AssertionError("its checksum is right", e);
    }
  }

  private static Scan readScan(ByteBuffer bytes) {
    long id = bytes.getLong();
    Trigger trigger = Trigger.values()[bytes.get()];
    Scan.State state = Scan.State.values()[bytes.get()];
    int flags = bytes.get();
    Instant started = Instant.ofEpochMilli(bytes.getLong());
    Instant ended = Instant.ofEpochMilli(bytes.getLong());
    int chunks = bytes.getInt();
    int seen = bytes.getInt();
    int changed = bytes.getInt();
    long blocks = bytes.getLong();
    long data = bytes.getLong();
    long from = bytes.getLong();
    long to = bytes.getLong();
    String reason = readText(bytes);
    return new Scan(
        id,
        trigger,
        (flags & 1) != 0,
        state,
        started,
        (flags & 2) != 0 ? ended : null,
        chunks,
        seen,
        changed,
        blocks,
        data,
        from,
        to,
        (flags & 4) != 0,
        (flags & 8) != 0 ? reason : null);
  }

  private static String readText(ByteBuffer bytes) {
    var text = new byte[bytes.getShort()];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private static int checksum(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes.slice(0, 12));
    crc.update(bytes.slice(16, bytes.limit() - 16));
    return (int) crc.getValue();
  }
}
