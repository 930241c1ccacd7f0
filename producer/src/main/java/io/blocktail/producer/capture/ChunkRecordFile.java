package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The file of the chunk records, big-endian. A header of 4096 bytes:
///
/// ```
///  0 magic "BTCHUNKS"           8
///  8 format version             4
/// 12 CRC-32C of the rest of 40  4
/// 16 volume UUID               16
/// 32 chunks, or more             4
/// 36 zeros
/// ```
///
/// Then for each chunk, in order:
///
/// ```
///  0 sequence of the last change                8
///  8 digest                                    16
/// 24 flags: 1 the digest is known, 2 rotten     4
/// 28 CRC-32C of the chunk's index and of 0..28  4
/// ```
final class ChunkRecordFile implements AutoCloseable {
  static final String NAME = "chunks";
  static final int PER_PAGE = 128;

  private static final long MAGIC = 0x42544348554E4B53L;

  /// 1: the first.
  private static final int VERSION = 1;

  private static final int HEADER = 4096;
  private static final int HEADER_USED = 40;
  private static final int ENTRY = 32;
  private static final int PAGE = PER_PAGE * ENTRY;

  private final DiskFile file;
  private ByteBuffer cached = ByteBuffer.allocate(0);
  private int cachedPage = -1;

  private ChunkRecordFile(DiskFile file) {
    this.file = file;
  }

  /// Has room for so many chunks from now on; durable when this returns, and can be done again.
  /// What it has of those that are new is for the caller to write first.
  void grow(UUID volume, int chunks) throws IOException {
    file.force();
    file.write(header(volume, chunks), 0);
    file.force();
    cachedPage = -1;
  }

  static ChunkRecordFile create(Disk disk, UUID volume, int chunks) throws IOException {
    disk.delete(NAME);
    DiskFile file = disk.open(NAME);
    file.write(header(volume, chunks), 0);
    return new ChunkRecordFile(file);
  }

  static ChunkRecordFile open(Disk disk, UUID volume, int chunks) throws IOException {
    if (!disk.exists(NAME)) {
      throw new IOException("the file '%s' is missing".formatted(NAME));
    }
    DiskFile file = disk.open(NAME);
    try {
      var bytes = ByteBuffer.allocate(HEADER_USED);
      file.read(bytes, 0);
      check(bytes.flip(), volume, chunks);
      return new ChunkRecordFile(file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// It may have more chunks: those of a volume whose growth was cut off.
  private static void check(ByteBuffer found, UUID volume, int chunks) throws IOException {
    if (found.remaining() < HEADER_USED
        || found.getLong(0) != MAGIC
        || found.getInt(12) != checksum(found)) {
      throw new IOException("the file '%s' is damaged: its header cannot be read".formatted(NAME));
    }
    if (found.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' has format version %d; this release reads version %d"
              .formatted(NAME, found.getInt(8), VERSION));
    }
    int there = found.getInt(32);
    if (there < chunks || found.mismatch(header(volume, there).slice(0, HEADER_USED)) >= 0) {
      throw new IOException("the file '%s' is of another volume".formatted(NAME));
    }
  }

  private static ByteBuffer header(UUID volume, int chunks) {
    var header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putInt(VERSION).putInt(0);
    header.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    header.putInt(chunks);
    header.putInt(12, checksum(header));
    return header.position(0);
  }

  private static int checksum(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.slice(8, 4));
    crc.update(header.slice(16, HEADER_USED - 16));
    return (int) crc.getValue();
  }

  static int page(int chunk) {
    return chunk / PER_PAGE;
  }

  static ByteBuffer newPage() {
    return ByteBuffer.allocate(PAGE);
  }

  static void encode(ByteBuffer into, int chunk, long lastChange, long high, long low, int flags) {
    int at = into.position();
    into.putLong(lastChange).putLong(high).putLong(low).putInt(flags);
    into.putInt(checksum(into, at, chunk));
  }

  private static int checksum(ByteBuffer bytes, int at, int chunk) {
    var crc = new CRC32C();
    crc.update(bytes.slice(at, ENTRY - Integer.BYTES));
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, chunk));
    return (int) crc.getValue();
  }

  /// The chunk's record: last change, digest, flags; null when it is damaged.
  @Nullable ByteBuffer read(int chunk) throws IOException {
    if (cachedPage != page(chunk)) {
      cached = newPage();
      file.read(cached, position(page(chunk)));
      cached.flip();
      cachedPage = page(chunk);
    }
    int at = chunk % PER_PAGE * ENTRY;
    if (at + ENTRY > cached.limit()
        || cached.getInt(at + ENTRY - Integer.BYTES) != checksum(cached, at, chunk)) {
      return null;
    }
    return cached.slice(at, ENTRY);
  }

  void write(int page, ByteBuffer entries) throws IOException {
    file.write(entries, position(page));
  }

  private static long position(int page) {
    return HEADER + (long) page * PAGE;
  }

  void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
