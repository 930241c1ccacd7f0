package io.blocktail.producer.scan;

import io.blocktail.digest.Digest;
import io.blocktail.producer.capture.KnownChunk;
import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What the blocks of a volume hash to in the history, so that of a chunk that has changed only the
/// blocks that differ are published. Big-endian. A header of 4096 bytes:
///
/// ```
///  0 magic "BTBLOCKS"           8
///  8 format version             4
/// 12 CRC-32C of 0..12, 16..44   4
/// 16 volume UUID               16
/// 32 size, chunk size           8 + 4
/// 44 zeros
/// ```
///
/// Then a page for each chunk:
///
/// ```
///  0 sequence of the chunk's last change                     8
///  8 the chunk's digest                                     16
/// 24 zeros                                                   4
/// 28 CRC-32C of the chunk's index and of all but this        4
/// 32 XXH3-64 of each block                                   8 each
/// ```
///
/// A page is written once the journal has forced what it speaks of, and believed when its sequence
/// or its digest is what the chunk records say. So one that is lost, torn or old costs a chunk that
/// is published whole, and nothing else. One thread at a time.
public final class BlockHashes implements AutoCloseable {
  static final String NAME = "blocks";

  private static final System.Logger LOG = System.getLogger(BlockHashes.class.getName());
  private static final long MAGIC = 0x4254424C4F434B53L;

  /// 1: the first.
  private static final int VERSION = 1;

  private static final int HEADER = 4096;
  private static final int HEADER_USED = 44;
  private static final int PAGE_HEADER = 32;

  /// A page as it was kept.
  ///
  /// @param lastChange of the chunk when its blocks were hashed
  record Page(long lastChange, Digest digest, long[] blocks) {
    /// Whether it speaks of what the history says of the chunk.
    boolean isOf(KnownChunk known) {
      return lastChange == known.lastChange() || digest.equals(known.digest());
    }
  }

  /// @param marker sequence that must be forced first
  private record Pending(int chunk, Page page, long marker) {}

  private final Geometry geometry;
  private final DiskFile file;
  private final ByteBuffer buffer;
  private final ArrayDeque<Pending> pending = new ArrayDeque<>();

  private BlockHashes(Geometry geometry, DiskFile file) {
    this.geometry = geometry;
    this.file = file;
    this.buffer = ByteBuffer.allocate(pageSize(geometry));
  }

  /// Begins with nothing where there is no such file, or one that is not of this volume.
  static BlockHashes open(Disk disk, UUID volume, Geometry geometry) throws IOException {
    DiskFile file = disk.open(NAME);
    try {
      var found = ByteBuffer.allocate(HEADER_USED);
      int length = file.read(found, 0);
      ByteBuffer wanted = header(volume, geometry);
      if (found.flip().mismatch(wanted.slice(0, HEADER_USED)) >= 0) {
        if (length > 0) {
          refuseNewer(disk, found);
          LOG.log(
              System.Logger.Level.WARNING,
              "{0}/{1} is damaged or of another volume: what changes next is published in whole chunks",
              disk,
              NAME);
        }
        file.close();
        disk.delete(NAME);
        file = disk.open(NAME);
        file.write(wanted, 0);
        file.force();
      }
      return new BlockHashes(geometry, file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static void refuseNewer(Disk disk, ByteBuffer found) throws IOException {
    if (found.limit() == HEADER_USED
        && found.getLong(0) == MAGIC
        && found.getInt(12) == checksum(found)
        && found.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' in %s has format version %d; this release reads version %d"
              .formatted(NAME, disk, found.getInt(8), VERSION));
    }
  }

  private static ByteBuffer header(UUID volume, Geometry geometry) {
    var header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putInt(VERSION).putInt(0);
    header.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    header.putLong(geometry.size()).putInt(geometry.chunkSize());
    header.putInt(12, checksum(header));
    return header.position(0);
  }

  private static int checksum(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.slice(0, 12));
    crc.update(header.slice(16, HEADER_USED - 16));
    return (int) crc.getValue();
  }

  private static int pageSize(Geometry geometry) {
    return PAGE_HEADER + geometry.chunkSize() / Geometry.BLOCK * Long.BYTES;
  }

  private long position(int chunk) {
    return HEADER + (long) chunk * pageSize(geometry);
  }

  private int length(int chunk) {
    return PAGE_HEADER + geometry.chunkLength(chunk) / Geometry.BLOCK * Long.BYTES;
  }

  /// Null when nothing that can be believed is kept.
  @Nullable Page read(int chunk) throws IOException {
    for (Pending waiting : pending) {
      if (waiting.chunk() == chunk) {
        return waiting.page();
      }
    }
    buffer.clear().limit(length(chunk));
    file.read(buffer, position(chunk));
    if (buffer.flip().limit() < length(chunk) || buffer.getInt(28) != checksum(chunk)) {
      return null;
    }
    long lastChange = buffer.getLong();
    Digest digest = Digest.read(buffer);
    var blocks = new long[geometry.chunkLength(chunk) / Geometry.BLOCK];
    buffer.position(PAGE_HEADER).slice().asLongBuffer().get(blocks);
    return new Page(lastChange, digest, blocks);
  }

  /// @param marker sequence of the chunk's marker: as soon as it is forced, the page is written
  void remember(int chunk, Page page, long marker) {
    pending.removeIf(waiting -> waiting.chunk() == chunk);
    pending.addLast(new Pending(chunk, page, marker));
  }

  /// Writes what the journal has forced.
  void settle(long forced) throws IOException {
    while (!pending.isEmpty() && pending.getFirst().marker() <= forced) {
      Pending next = pending.removeFirst();
      write(next.chunk(), next.page());
    }
  }

  private void write(int chunk, Page page) throws IOException {
    buffer.clear().limit(length(chunk));
    buffer.putLong(page.lastChange());
    page.digest().write(buffer);
    buffer.putInt(0).putInt(0);
    buffer.slice().asLongBuffer().put(page.blocks());
    buffer.putInt(28, checksum(chunk));
    file.write(buffer.position(0), position(chunk));
  }

  private int checksum(int chunk) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, chunk));
    crc.update(buffer.slice(0, 28));
    crc.update(buffer.slice(PAGE_HEADER, buffer.limit() - PAGE_HEADER));
    return (int) crc.getValue();
  }

  /// What was said by markers that are not forced is forgotten.
  @Override
  public void close() throws IOException {
    file.close();
  }
}
