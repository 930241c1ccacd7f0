package io.blocktail.producer.capture;

import io.blocktail.event.Ownership;
import io.blocktail.producer.journal.Incarnation;
import io.blocktail.producer.journal.Place;
import io.blocktail.storage.Disk;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// What a volume is and from where a restart goes on; one file that is replaced as a whole.
/// Big-endian:
///
/// ```
///  0 magic "BTSOURCE"                        8
///  8 format version                          4
/// 12 CRC-32C of the rest                     4
/// 16 volume UUID                            16
/// 32 size, chunk size                        8 + 4
/// 44 epoch                                   4
/// 48 forced                                  8
/// 56 last scrub pass                         8
/// 64 flags: 1 started empty, 2 overflow, 4 published  4
/// 68 published: offset, sequence             8 + 8
/// 84 owner, topic id, boot: each 2 bytes of length, then UTF-8
///    incarnations: their count               4
///    each: number; start: sequence, segment, position  4 + 8 + 8 + 4
/// ```
///
/// @param incarnations of the journal that appended what a restart redoes into the device, oldest
///   first: the first one from the redo point on, the last is the present one
/// @param forced highest forced sequence
/// @param pass number of the last scrub pass
/// @param boot of the operating system under which the volume was open
/// @param overflow whether changes are not journaled, but only noted in the dirty map
/// @param published what Kafka had acknowledged; null when nothing
record Checkpoint(
    Ownership ownership,
    int epoch,
    List<Incarnation> incarnations,
    long forced,
    long pass,
    boolean startedEmpty,
    String boot,
    boolean overflow,
    @Nullable StreamPosition published) {
  static final String NAME = "checkpoint";

  private static final long MAGIC = 0x4254534F55524345L;

  /// 1: the first. 2: boot and overflow; what a volume starts with is in the dirty map. 3: several
  /// incarnations, so that a volume serves before what was redone is durable on its device.
  private static final int VERSION = 3;

  /// So many starts in a row may come before a device was forced once: the next one forces it.
  static final int MOST_INCARNATIONS = 32;

  private static final int FIXED = 84;
  private static final int INCARNATION = 24;
  private static final int LIMIT = 8 << 10;

  static Optional<Checkpoint> read(Disk disk) throws IOException {
    Optional<ByteBuffer> bytes = disk.read(NAME, LIMIT);
    return bytes.isPresent() ? Optional.of(decode(bytes.get())) : Optional.empty();
  }

  void write(Disk disk) throws IOException {
    disk.replace(NAME, encode());
  }

  private ByteBuffer encode() {
    UUID volume = ownership.volume();
    byte[] owner = ownership.owner().getBytes(StandardCharsets.UTF_8);
    StreamPosition at = published == null ? new StreamPosition("", 0, 0) : published;
    byte[] topic = at.topicId().getBytes(StandardCharsets.UTF_8);
    byte[] run = boot.getBytes(StandardCharsets.UTF_8);
    int texts = 6 + owner.length + topic.length + run.length;
    var bytes = ByteBuffer.allocate(FIXED + texts + 4 + INCARNATION * incarnations.size());
    bytes.putLong(MAGIC).putInt(VERSION).putInt(0);
    bytes.putLong(volume.getMostSignificantBits()).putLong(volume.getLeastSignificantBits());
    bytes.putLong(ownership.geometry().size()).putInt(ownership.geometry().chunkSize());
    bytes.putInt(epoch);
    bytes.putLong(forced).putLong(pass);
    bytes.putInt((startedEmpty ? 1 : 0) | (overflow ? 2 : 0) | (published != null ? 4 : 0));
    bytes.putLong(at.offset()).putLong(at.sequence());
    bytes.putShort((short) owner.length).put(owner);
    bytes.putShort((short) topic.length).put(topic);
    bytes.putShort((short) run.length).put(run);
    bytes.putInt(incarnations.size());
    for (Incarnation incarnation : incarnations) {
      Place start = incarnation.start();
      bytes.putInt(incarnation.number());
      bytes.putLong(start.sequence()).putLong(start.segment()).putInt(start.position());
    }
    bytes.putInt(12, checksum(bytes.flip()));
    return bytes;
  }

  private static Checkpoint decode(ByteBuffer bytes) throws IOException {
    if (bytes.remaining() < FIXED + 6 + 4 + INCARNATION || bytes.getLong(0) != MAGIC) {
      throw new IOException("the file '%s' is damaged: it is no checkpoint".formatted(NAME));
    }
    if (bytes.getInt(12) != checksum(bytes)) {
      throw new IOException("the file '%s' is damaged: its checksum is wrong".formatted(NAME));
    }
    if (bytes.getInt(8) != VERSION) {
      throw new IOException(
          "the file '%s' has format version %d; this release reads version %d"
              .formatted(NAME, bytes.getInt(8), VERSION));
    }
    bytes.position(16);
    var volume = new UUID(bytes.getLong(), bytes.getLong());
    var geometry = new Geometry(bytes.getLong(), bytes.getInt());
    int epoch = bytes.getInt();
    long forced = bytes.getLong();
    long pass = bytes.getLong();
    int flags = bytes.getInt();
    long offset = bytes.getLong();
    long sequence = bytes.getLong();
    String owner = text(bytes);
    String topic = text(bytes);
    String boot = text(bytes);
    List<Incarnation> incarnations = incarnations(bytes);
    return new Checkpoint(
        new Ownership(volume, geometry, owner),
        epoch,
        incarnations,
        forced,
        pass,
        (flags & 1) != 0,
        boot,
        (flags & 2) != 0,
        (flags & 4) != 0 ? new StreamPosition(topic, offset, sequence) : null);
  }

  private static List<Incarnation> incarnations(ByteBuffer bytes) {
    int count = bytes.getInt();
    var incarnations = new ArrayList<Incarnation>();
    for (int i = 0; i < count; i++) {
      int number = bytes.getInt();
      incarnations.add(
          new Incarnation(number, new Place(bytes.getLong(), bytes.getLong(), bytes.getInt())));
    }
    return List.copyOf(incarnations);
  }

  /// The checksum was right, so the length is one that was written.
  private static String text(ByteBuffer bytes) {
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

  /// From where a restart redoes the journal into the device.
  Place redo() {
    return incarnations.getFirst().start();
  }

  private Incarnation newest() {
    return incarnations.getLast();
  }

  /// The device has, durably, what is before the place.
  Checkpoint at(Place redo, long forced, @Nullable StreamPosition published) {
    return with(List.of(new Incarnation(newest().number(), redo)), forced, published);
  }

  Checkpoint withForced(long forced) {
    return with(incarnations, forced, published);
  }

  private Checkpoint with(
      List<Incarnation> incarnations, long forced, @Nullable StreamPosition published) {
    return new Checkpoint(
        ownership, epoch, incarnations, forced, pass, startedEmpty, boot, overflow, published);
  }

  /// Whether another start must not count on a later force of the device.
  boolean isFull() {
    return incarnations.size() >= MOST_INCARNATIONS;
  }

  /// Of a journal that was opened. What was redone need not be durable on the device.
  ///
  /// @param end of the log
  /// @param forced which is all that the log has
  Checkpoint opened(Place end, long forced, String boot) {
    var all = new ArrayList<>(incarnations);
    if (redo().equals(end)) {
      all.clear();
    }
    all.add(new Incarnation(newest().number() + 1, end));
    return new Checkpoint(
        ownership, epoch, List.copyOf(all), forced, pass, startedEmpty, boot, overflow, published);
  }

  Checkpoint withPass(long pass) {
    return new Checkpoint(
        ownership, epoch, incarnations, forced, pass, startedEmpty, boot, overflow, published);
  }

  Checkpoint withOwnership(Ownership grown) {
    return new Checkpoint(
        grown, epoch, incarnations, forced, pass, startedEmpty, boot, overflow, published);
  }

  Checkpoint withOverflow(boolean overflow) {
    return new Checkpoint(
        ownership, epoch, incarnations, forced, pass, startedEmpty, boot, overflow, published);
  }
}
