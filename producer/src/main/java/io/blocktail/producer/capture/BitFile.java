package io.blocktail.producer.capture;

import io.blocktail.storage.Disk;
import io.blocktail.storage.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.UUID;
import java.util.zip.CRC32C;

/// A durable set of small numbers: a bit each. Written in place, in sectors that a power loss keeps
/// or loses as a whole; where one is damaged all the same, its bits count as set, which is what
/// both users of the file can bear. Big-endian. A header of 512 bytes:
///
/// ```
///  0 magic "BTBITMAP"           8
///  8 format version             4
/// 12 CRC-32C of 0..12, 16..36   4
/// 16 volume UUID               16
/// 32 bits, or more               4
/// 36 zeros
/// ```
///
/// Then sectors of 512 bytes:
///
/// ```
///   0 4064 bits, the lowest bit of the first byte first   508
/// 508 CRC-32C of the sector's index and of 0..508           4
/// ```
///
/// One thread at a time.
final class BitFile implements AutoCloseable {
  static final int SECTOR = 512;
  static final int PER_SECTOR = (SECTOR - Integer.BYTES) * Byte.SIZE;

  private static final long MAGIC = 0x42544249544D4150L;

  /// 1: the first.
  private static final int VERSION = 1;

  private static final int HEADER_USED = 36;

  private final String name;
  private final DiskFile file;
  private int bits;
  private final ByteBuffer sector = ByteBuffer.allocate(SECTOR);

  private final UUID volume;

  private BitFile(String name, DiskFile file, UUID volume, int bits) {
    this.name = name;
    this.file = file;
    this.volume = volume;
    this.bits = bits;
  }

  /// Makes the file anew. Durable when this returns.
  static void create(Disk disk, String name, UUID volume, int bits, BitSet content)
      throws IOException {
    disk.delete(name);
    try (var file = new BitFile(name, disk.open(name), volume, bits)) {
      file.file.write(header(volume, bits), 0);
      var all = new BitSet();
      all.set(0, sectors(bits));
      file.write(content, all);
      file.force();
    }
  }

  static BitFile open(Disk disk, String name, UUID volume, int bits) throws IOException {
    if (!disk.exists(name)) {
      throw new IOException("the file '%s' is missing".formatted(name));
    }
    DiskFile file = disk.open(name);
    try {
      var found = ByteBuffer.allocate(SECTOR);
      file.read(found, 0);
      check(name, found.flip(), volume, bits);
      return new BitFile(name, file, volume, bits);
    } catch (IOException e) {
      file.close();
      throw e;
    }
  }

  /// It may have more bits: those of a volume whose growth was cut off.
  private static void check(String name, ByteBuffer found, UUID volume, int bits)
      throws IOException {
    if (found.remaining() < SECTOR
        || found.getLong(0) != MAGIC
        || found.getInt(12) != checksum(found)) {
      throw new IOException("the file '%s' is damaged: its header cannot be read".formatted(name));
    }
    if (found.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' has format version %d; this release reads version %d"
              .formatted(name, found.getInt(8), VERSION));
    }
    if (found.getInt(32) < bits || found.mismatch(header(volume, found.getInt(32))) >= 0) {
      throw new IOException("the file '%s' is of another volume".formatted(name));
    }
  }

  private static ByteBuffer header(UUID volume, int bits) {
    var header = ByteBuffer.allocate(SECTOR);
    header.putLong(MAGIC).putInt(VERSION).putInt(0);
    header.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    header.putInt(bits);
    header.putInt(12, checksum(header));
    return header.position(0);
  }

  private static int checksum(ByteBuffer header) {
    var crc = new CRC32C();
    crc.update(header.slice(0, 12));
    crc.update(header.slice(16, HEADER_USED - 16));
    return (int) crc.getValue();
  }

  private static int sectors(int bits) {
    return Math.ceilDiv(bits, PER_SECTOR);
  }

  static int sectorOf(int bit) {
    return bit / PER_SECTOR;
  }

  /// What the file says; all bits of a damaged sector are set.
  BitSet load() throws IOException {
    var content = new BitSet();
    for (int index = 0; index < sectors(bits); index++) {
      int first = index * PER_SECTOR;
      file.read(sector.clear(), position(index));
      if (sector.flip().limit() < SECTOR
          || sector.getInt(SECTOR - Integer.BYTES) != checksum(index)) {
        content.set(first, Math.min(bits, first + PER_SECTOR));
      } else {
        BitSet part = BitSet.valueOf(sector.slice(0, SECTOR - Integer.BYTES));
        part.stream().forEach(bit -> content.set(first + bit));
      }
    }
    return content;
  }

  /// Has so many bits from now on; those that are new are clear. Durable when this returns, and can
  /// be done again.
  void grow(int more) throws IOException {
    int before = sectors(bits);
    int after = sectors(more);
    bits = more;
    var fresh = new BitSet();
    fresh.set(before, after);
    write(new BitSet(), fresh);
    file.force();
    file.write(header(volume, more), 0);
    file.force();
  }

  /// Writes some sectors; durable with the next [#force].
  void write(BitSet content, BitSet sectors) throws IOException {
    for (int index = sectors.nextSetBit(0); index >= 0; index = sectors.nextSetBit(index + 1)) {
      int first = index * PER_SECTOR;
      byte[] part = content.get(first, first + PER_SECTOR).toByteArray();
      sector.clear().put(part).put(new byte[SECTOR - Integer.BYTES - part.length]);
      sector.putInt(SECTOR - Integer.BYTES, checksum(index));
      file.write(sector.clear(), position(index));
    }
  }

  private int checksum(int index) {
    var crc = new CRC32C();
    crc.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, index));
    crc.update(sector.slice(0, SECTOR - Integer.BYTES));
    return (int) crc.getValue();
  }

  private static long position(int index) {
    return (1L + index) * SECTOR;
  }

  void force() throws IOException {
    file.force();
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  @Override
  public String toString() {
    return name;
  }
}
