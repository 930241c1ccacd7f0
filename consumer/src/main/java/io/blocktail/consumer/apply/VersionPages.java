package io.blocktail.consumer.apply;

import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.zip.CRC32C;

/// The file of a replica's block versions.
///
/// ```
/// header, 4096 bytes: magic 8 | format version 4 | volume UUID 16 | volume size 8 | chunk size 4 |
///                     CRC-32C of what is before 4 | zeros
/// page p at 4096 + 512 p: versions of the blocks 63 p … 63 p + 62, 8 bytes each |
///                     8 bytes: 1 in the upper half, CRC-32C of page number and versions in the lower
/// ```
///
/// A page is one disk sector, which a power loss leaves old or new but never mixed, and both are
/// right: so a checkpoint writes pages in place, and a checksum that is wrong always means damage.
/// A page that was never written is all zeros. Numbers are big-endian.
///
/// The volume's size is that at which the file was made: a volume that has grown has a longer file,
/// and a crash may leave that before any checkpoint knows of it.
///
/// Format version 1: the first.
final class VersionPages implements AutoCloseable {
  static final String NAME = "versions";
  private static final String DRAFT = "versions.new";
  static final int PER_PAGE = 63;
  static final int PAGE = 512;
  static final int HEADER = 4096;
  private static final long MAGIC = 0x626c_6b74_7665_7273L; // "blktvers"
  private static final int FORMAT = 1;
  private static final int SIZE = 8 + 4 + 16;
  private static final int HEADER_FIELDS = 8 + 4 + 16 + 8 + 4;
  private static final long WRITTEN = 1L << 32;

  /// Neighbouring pages that one write carries.
  private static final int PAGES_PER_WRITE = 256;

  private final DiskFile file;
  private final ByteBuffer page = ByteBuffer.allocateDirect(PAGE);

  private VersionPages(DiskFile file) {
    this.file = file;
  }

  /// Puts a new file, all versions 0, in the place of the one that may be there; durable when this
  /// returns, and after a crash there is one or the other.
  static VersionPages create(Disk disk, Identity identity) throws IOException {
    disk.delete(DRAFT);
    DiskFile file = disk.open(DRAFT);
    try {
      file.write(header(identity), 0);
      file.write(ByteBuffer.wrap(new byte[1]), length(identity.geometry()) - 1);
      file.force();
      disk.rename(DRAFT, NAME);
      return new VersionPages(file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// @throws DamagedStateException when it is not the file of this volume's versions
  static VersionPages open(Disk disk, Identity identity) throws IOException {
    if (!disk.exists(NAME)) {
      throw new DamagedStateException(
          "the file %s of %s is missing although there is a checkpoint".formatted(NAME, disk));
    }
    DiskFile file = disk.open(NAME);
    try {
      check(file, disk, identity);
      return new VersionPages(file);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  private static void check(DiskFile file, Disk disk, Identity identity) throws IOException {
    var found = ByteBuffer.allocate(HEADER_FIELDS + 4);
    file.read(found, 0);
    found.flip();
    if (found.remaining() >= 12 && found.getLong(0) == MAGIC && found.getInt(8) != FORMAT) {
      throw new DamagedStateException(
          "the file %s of %s has format version %d, this release knows %d: use the release that wrote it"
              .formatted(NAME, disk, found.getInt(8), FORMAT));
    }
    if (found.remaining() < HEADER_FIELDS + 4
        || found.getInt(HEADER_FIELDS) != crc(found.slice(0, HEADER_FIELDS))) {
      throw new DamagedStateException(
          "the file %s of %s is damaged: its header is not one".formatted(NAME, disk));
    }
    found.putLong(SIZE, identity.geometry().size());
    if (!found.slice(0, HEADER_FIELDS).equals(header(identity).limit(HEADER_FIELDS))) {
      throw new DamagedStateException(
          "the file %s of %s is of another volume than the checkpoint".formatted(NAME, disk));
    }
    if (file.size() < length(identity.geometry())) {
      throw new DamagedStateException(
          "the file %s of %s is damaged: it has %d bytes of %d"
              .formatted(NAME, disk, file.size(), length(identity.geometry())));
    }
  }

  /// Has room for the versions of a volume that has grown; durable when this returns, and can be
  /// done again. Those that are new are 0.
  void grow(Geometry grown) throws IOException {
    long length = length(grown);
    if (file.size() < length) {
      file.write(ByteBuffer.wrap(new byte[1]), length - 1);
      file.force();
    }
  }

  private static long length(Geometry geometry) {
    return HEADER + (geometry.blocks() + PER_PAGE - 1) / PER_PAGE * PAGE;
  }

  private static ByteBuffer header(Identity identity) {
    var header = ByteBuffer.allocate(HEADER);
    header.putLong(MAGIC).putInt(FORMAT);
    header.putLong(identity.volume().getMostSignificantBits());
    header.putLong(identity.volume().getLeastSignificantBits());
    header.putLong(identity.geometry().size()).putInt(identity.geometry().chunkSize());
    header.putInt(crc(header.slice(0, HEADER_FIELDS)));
    return header.rewind();
  }

  private static int crc(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  /// Reads one page; the thread of the applier.
  long[] read(long number) throws IOException {
    page.clear();
    int read = file.read(page, HEADER + number * PAGE);
    page.flip();
    var versions = new long[PER_PAGE];
    page.asLongBuffer().get(versions, 0, Math.min(PER_PAGE, read / Long.BYTES));
    long seal = read == PAGE ? page.getLong(PER_PAGE * Long.BYTES) : -1;
    if (seal != seal(number, versions)
        && (seal != 0 || Arrays.stream(versions).anyMatch(v -> v != 0))) {
      throw new DamagedStateException(
          "the file %s is damaged at byte %d: the checksum of its page %d is wrong"
              .formatted(NAME, HEADER + number * PAGE, number));
    }
    return versions;
  }

  private static long seal(long number, long[] versions) {
    var bytes = ByteBuffer.allocate(Long.BYTES * (1 + PER_PAGE));
    bytes.putLong(number).asLongBuffer().put(versions);
    return WRITTEN | Integer.toUnsignedLong(crc(bytes.rewind()));
  }

  /// Writes pages in place; not durable before [#force]. May run while others are read.
  void write(Map<Long, long[]> pages) throws IOException {
    var run = ByteBuffer.allocateDirect(PAGE * PAGES_PER_WRITE);
    long first = 0;
    for (long number : pages.keySet().stream().mapToLong(n -> n).sorted().toArray()) {
      boolean joins = run.position() > 0 && number == first + run.position() / PAGE;
      if (!joins || !run.hasRemaining()) {
        flush(run, first);
        first = number;
      }
      long[] versions = java.util.Objects.requireNonNull(pages.get(number));
      run.asLongBuffer().put(versions).put(seal(number, versions));
      run.position(run.position() + PAGE);
    }
    flush(run, first);
  }

  private void flush(ByteBuffer run, long first) throws IOException {
    if (run.position() > 0) {
      file.write(run.flip(), HEADER + first * PAGE);
      run.clear();
    }
  }

  void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
