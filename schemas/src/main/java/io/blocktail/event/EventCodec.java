package io.blocktail.event;

import io.blocktail.digest.Digest;
import io.blocktail.event.avro.BlockChange;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// Writes and reads events as the bare Avro body of `BlockChange.avsc`, by hand: this is on the way
/// of every write. The data is the last field, so [#encodeHead] leaves it out and the caller sends
/// it from where it was received; reading gives it as a view of the record. A test holds this
/// against Avro's own code, field by field.
///
/// ```
/// sequence previous epoch kind offset length capturedAt origin target gap chunks digest lastChange
/// label ownership checksum data
/// ```
public final class EventCodec {
  /// The largest event without its data, in bytes: room for [#MAX_RUNS] runs of chunks and the
  /// texts.
  public static final int MAX_HEAD = 64 << 10;

  /// The most runs of chunks that one event may name.
  public static final int MAX_RUNS = 4096;

  /// The longest origin, label or owner, in bytes of UTF-8.
  public static final int MAX_TEXT = 1024;

  public static final Framing FRAMING =
      new Framing(BlockChange.getClassSchema(), Messages.formerSchemas(BlockChange.class));

  /// The kinds in the order of their numbers in the schema.
  private enum Kind {
    EPOCH,
    WRITE,
    ZERO,
    TRIM,
    DIGEST,
    GAP,
    BASE,
    WHOLE,
    BOOKMARK,
    GROW;

    static final List<Kind> ALL = List.of(values());
  }

  private EventCodec() {}

  /// CRC-32C of the buffer's bytes from position to limit, which stay where they are; 0 for none.
  public static int checksum(@Nullable ByteBuffer data) {
    if (data == null || !data.hasRemaining()) {
      return 0;
    }
    var crc = new CRC32C();
    crc.update(data.duplicate());
    return (int) crc.getValue();
  }

  /// The event's data, which follows its head; null where it has none.
  public static @Nullable ByteBuffer dataOf(Event event) {
    return event.body() instanceof Body.Content content ? content.content() : null;
  }

  /// Writes all of the event but the bytes of its data.
  ///
  /// @param into has room for [#MAX_HEAD] bytes
  public static void encodeHead(Event event, ByteBuffer into) {
    Varints.write(into, event.sequence());
    Varints.write(into, event.previous());
    Varints.write(into, event.epoch());
    Body body = event.body();
    switch (body) {
      case Body.Epoch epoch ->
          fields(
              into,
              event,
              Kind.EPOCH,
              0,
              0,
              null,
              0,
              epoch.open(),
              null,
              0,
              null,
              epoch.ownership());
      case Body.Write write ->
          fields(
              into,
              event,
              Kind.WRITE,
              write.offset(),
              write.length(),
              null,
              0,
              ChunkSet.EMPTY,
              null,
              0,
              null,
              null);
      case Body.Zero zero ->
          fields(
              into,
              event,
              Kind.ZERO,
              zero.offset(),
              zero.length(),
              null,
              0,
              ChunkSet.EMPTY,
              null,
              0,
              null,
              null);
      case Body.Trim trim ->
          fields(
              into,
              event,
              Kind.TRIM,
              trim.offset(),
              trim.length(),
              null,
              0,
              ChunkSet.EMPTY,
              null,
              0,
              null,
              null);
      case Body.Marker marker ->
          fields(
              into,
              event,
              Kind.DIGEST,
              marker.offset(),
              marker.length(),
              null,
              0,
              ChunkSet.EMPTY,
              marker.digest(),
              marker.lastChange(),
              null,
              null);
      case Body.Gap gap ->
          fields(
              into,
              event,
              Kind.GAP,
              0,
              0,
              gap.target(),
              0,
              gap.chunks(),
              null,
              0,
              null,
              gap.ownership());
      case Body.Base base ->
          fields(
              into,
              event,
              Kind.BASE,
              base.offset(),
              base.length(),
              base.target(),
              base.gap(),
              ChunkSet.EMPTY,
              null,
              0,
              null,
              null);
      case Body.Whole whole ->
          fields(
              into,
              event,
              Kind.WHOLE,
              0,
              0,
              whole.target(),
              whole.gap(),
              ChunkSet.EMPTY,
              null,
              0,
              null,
              null);
      case Body.Bookmark bookmark ->
          fields(
              into,
              event,
              Kind.BOOKMARK,
              0,
              0,
              null,
              0,
              ChunkSet.EMPTY,
              null,
              0,
              bookmark.label(),
              null);
      case Body.Grow grow ->
          fields(
              into, event, Kind.GROW, 0, grow.size(), null, 0, ChunkSet.EMPTY, null, 0, null, null);
    }
    ByteBuffer data = dataOf(event);
    Varints.write(into, checksum(data));
    Varints.write(into, data == null ? 0 : data.remaining());
  }

  private static void fields(
      ByteBuffer into,
      Event event,
      Kind kind,
      long offset,
      long length,
      @Nullable TargetName target,
      long gap,
      ChunkSet chunks,
      @Nullable Digest digest,
      long lastChange,
      @Nullable String label,
      @Nullable Ownership ownership) {
    Varints.write(into, kind.ordinal());
    Varints.write(into, offset);
    Varints.write(into, length);
    Varints.write(into, event.capturedAt());
    Varints.writeText(into, event.origin());
    branch(into, target != null);
    if (target != null) {
      Varints.writeText(into, target.value());
    }
    Varints.write(into, gap);
    writeChunks(into, chunks);
    branch(into, digest != null);
    if (digest != null) {
      digest.write(into);
    }
    Varints.write(into, lastChange);
    branch(into, label != null);
    if (label != null) {
      Varints.writeText(into, label);
    }
    branch(into, ownership != null);
    if (ownership != null) {
      into.putLong(ownership.volume().getMostSignificantBits());
      into.putLong(ownership.volume().getLeastSignificantBits());
      Varints.write(into, ownership.geometry().size());
      Varints.write(into, ownership.geometry().chunkSize());
      Varints.writeText(into, ownership.owner());
    }
  }

  private static void branch(ByteBuffer into, boolean present) {
    into.put((byte) (present ? 2 : 0));
  }

  private static void writeChunks(ByteBuffer into, ChunkSet chunks) {
    if (chunks.runs().size() > MAX_RUNS) {
      throw new AssertionError("an event names at most %d runs of chunks".formatted(MAX_RUNS));
    }
    if (!chunks.isEmpty()) {
      Varints.write(into, chunks.runs().size());
      for (ChunkSet.Run run : chunks.runs()) {
        Varints.write(into, run.first());
        Varints.write(into, run.count());
      }
    }
    Varints.write(into, 0);
  }

  /// Reads one event, which must fill the buffer from position to limit. Its data is a view of the
  /// buffer. Every claim is held against the bytes that are there before anything is allocated.
  public static Event decode(ByteBuffer body) throws InvalidEventException {
    try {
      return read(body.slice());
    } catch (IllegalArgumentException e) {
      throw new InvalidEventException(
          "an event that says something impossible: " + e.getMessage(), e);
    }
  }

  private static Event read(ByteBuffer from) throws InvalidEventException {
    long sequence = Varints.read(from, "sequence", 1, Position.MAX_SEQUENCE);
    long previous = Varints.read(from, "previous", 0, sequence - 1);
    int epoch = (int) Varints.read(from, "epoch", 1, Position.MAX_EPOCH);
    Kind kind = Kind.ALL.get((int) Varints.read(from, "kind", 0, Kind.ALL.size() - 1));
    long offset = Varints.read(from, "offset", 0, Long.MAX_VALUE);
    long length = Varints.read(from, "length", 0, Long.MAX_VALUE);
    long capturedAt = Varints.read(from, "capturedAt", Long.MIN_VALUE, Long.MAX_VALUE);
    String origin = Varints.readText(from, "origin", MAX_TEXT);
    TargetName target =
        present(from, "target") ? new TargetName(Varints.readText(from, "target", MAX_TEXT)) : null;
    long gap = Varints.read(from, "gap", 0, sequence);
    ChunkSet chunks = readChunks(from);
    Digest digest = null;
    if (present(from, "digest")) {
      Varints.require(from, "digest", Digest.BYTES);
      digest = Digest.read(from);
    }
    long lastChange = Varints.read(from, "lastChange", 0, sequence);
    String label = present(from, "label") ? Varints.readText(from, "label", MAX_TEXT) : null;
    Ownership ownership = present(from, "ownership") ? readOwnership(from) : null;
    int checksum = (int) Varints.read(from, "checksum", Integer.MIN_VALUE, Integer.MAX_VALUE);
    int bytes = (int) Varints.read(from, "data", 0, Geometry.MAX_CHANGE);
    Varints.require(from, "data", bytes);
    if (from.remaining() != bytes) {
      throw new InvalidEventException("event %d has bytes behind its end".formatted(sequence));
    }
    if (checksum(from) != checksum) {
      throw new InvalidEventException(
          "event %d: the checksum of its data is %08x, not %08x as it says"
              .formatted(sequence, checksum(from), checksum));
    }
    Body body =
        switch (kind) {
          case EPOCH -> new Body.Epoch(needed(ownership, sequence, "ownership"), chunks);
          case WRITE -> new Body.Write(offset, data(from, sequence, length));
          case ZERO -> new Body.Zero(offset, length);
          case TRIM -> new Body.Trim(offset, length);
          case DIGEST ->
              new Body.Marker(offset, length, needed(digest, sequence, "digest"), lastChange);
          case GAP -> new Body.Gap(target, chunks, needed(ownership, sequence, "ownership"));
          case BASE ->
              new Body.Base(
                  gap, target, offset, length, bytes == 0 ? null : data(from, sequence, length));
          case WHOLE -> new Body.Whole(gap, target);
          case BOOKMARK -> new Body.Bookmark(needed(label, sequence, "label"));
          case GROW -> new Body.Grow(length);
        };
    return new Event(sequence, previous, epoch, capturedAt, origin, body);
  }

  private static ByteBuffer data(ByteBuffer from, long sequence, long length)
      throws InvalidEventException {
    if (length != from.remaining()) {
      throw new InvalidEventException(
          "event %d: its data has %d bytes, its range %d"
              .formatted(sequence, from.remaining(), length));
    }
    return from.slice();
  }

  private static <T> T needed(@Nullable T value, long sequence, String field)
      throws InvalidEventException {
    if (value == null) {
      throw new InvalidEventException("event %d has no %s".formatted(sequence, field));
    }
    return value;
  }

  private static boolean present(ByteBuffer from, String field) throws InvalidEventException {
    return Varints.read(from, field, 0, 1) == 1;
  }

  /// Avro allows an array in several blocks; ours always is one, or none.
  private static ChunkSet readChunks(ByteBuffer from) throws InvalidEventException {
    int count = (int) Varints.read(from, "chunks", 0, MAX_RUNS);
    if (count == 0) {
      return ChunkSet.EMPTY;
    }
    var runs = new ArrayList<ChunkSet.Run>();
    for (int i = 0; i < count; i++) {
      int first = (int) Varints.read(from, "chunks", 0, Integer.MAX_VALUE);
      runs.add(new ChunkSet.Run(first, (int) Varints.read(from, "chunks", 1, Integer.MAX_VALUE)));
    }
    Varints.read(from, "chunks", 0, 0);
    return new ChunkSet(runs);
  }

  private static Ownership readOwnership(ByteBuffer from) throws InvalidEventException {
    Varints.require(from, "ownership", 16);
    var volume = new UUID(from.getLong(), from.getLong());
    long size = Varints.read(from, "size", 1, Long.MAX_VALUE);
    int chunkSize = (int) Varints.read(from, "chunkSize", 1, Integer.MAX_VALUE);
    return new Ownership(
        volume, new Geometry(size, chunkSize), Varints.readText(from, "owner", MAX_TEXT));
  }
}
