package io.blocktail.consumer.apply;

import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.event.Chain;
import io.blocktail.storage.Disk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/// The file of a target's checkpoint, replaced as a whole.
///
/// ```
/// magic 8 | format version 4 | CRC-32C of all that follows 4 |
/// volume UUID 16 | volume size 8 | chunk size 4 | replica UUID 16 | epoch 4 | watermark 8 |
/// topic id text | offset 8 | its leader epoch 4 | newest leader epoch 4 | intent 8 |
/// halted 1: 0 no, 1 yes, 2 yes and mendable | reason text, when halted |
/// gaps 4 | for each: name 8 | ended 1 | runs 4 | (first 4 | count 4) each |
///                    parts 4 | (chunk 4 | bytes 4) each
/// ```
///
/// Numbers are big-endian, a text is its length in 4 bytes and UTF-8.
///
/// Format version 1: the first; it had no replica UUID. Version 2: that a copy which was made anew
/// is told from the one before. Version 1 is read, its replica gets a UUID now.
public final class CheckpointFile {
  static final String NAME = "checkpoint";

  /// More than the most fragmented gap over a volume of 16 TiB takes, in bytes.
  private static final int LIMIT = 256 << 20;

  private static final long MAGIC = 0x626c_6b74_6368_6b70L; // "blktchkp"
  private static final int FORMAT = 2;
  private static final int WITHOUT_REPLICA = 1;
  private static final int PREAMBLE = 8 + 4 + 4;
  private static final int MAX_REASON = 4096;

  private final Disk disk;

  public CheckpointFile(Disk disk) {
    this.disk = disk;
  }

  /// Durable when it returns.
  void write(Checkpoint checkpoint) throws IOException {
    byte[] body = encode(checkpoint);
    var bytes = ByteBuffer.allocate(PREAMBLE + body.length);
    bytes.putLong(MAGIC).putInt(FORMAT).putInt(crc(ByteBuffer.wrap(body))).put(body);
    disk.replace(NAME, bytes.flip());
  }

  /// Nothing when there was never a checkpoint.
  ///
  /// @throws DamagedStateException when the file cannot be believed
  public Optional<Checkpoint> read() throws IOException {
    Optional<ByteBuffer> found = disk.read(NAME, LIMIT);
    return found.isEmpty() ? Optional.empty() : Optional.of(decode(found.get()));
  }

  private static int crc(ByteBuffer bytes) {
    var crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  private static byte[] encode(Checkpoint checkpoint) throws IOException {
    var bytes = new ByteArrayOutputStream();
    var out = new DataOutputStream(bytes);
    Identity identity = checkpoint.identity();
    out.writeLong(identity.volume().getMostSignificantBits());
    out.writeLong(identity.volume().getLeastSignificantBits());
    out.writeLong(identity.geometry().size());
    out.writeInt(identity.geometry().chunkSize());
    out.writeLong(identity.replica().getMostSignificantBits());
    out.writeLong(identity.replica().getLeastSignificantBits());
    out.writeInt(checkpoint.chain().epoch());
    out.writeLong(checkpoint.chain().sequence());
    writeText(out, checkpoint.next().topicId());
    out.writeLong(checkpoint.next().offset());
    out.writeInt(checkpoint.next().leaderEpoch());
    out.writeInt(checkpoint.leaderEpoch());
    out.writeLong(checkpoint.intent());
    Halt halted = checkpoint.halted();
    out.writeByte(halted == null ? 0 : halted.mendable() ? 2 : 1);
    if (halted != null) {
      writeText(out, halted.reason());
    }
    out.writeInt(checkpoint.gaps().size());
    for (OpenGap gap : checkpoint.gaps()) {
      writeGap(out, gap);
    }
    return bytes.toByteArray();
  }

  private static void writeGap(DataOutputStream out, OpenGap gap) throws IOException {
    out.writeLong(gap.gap());
    out.writeBoolean(gap.ended());
    out.writeInt(gap.chunks().runs().size());
    for (ChunkSet.Run run : gap.chunks().runs()) {
      out.writeInt(run.first());
      out.writeInt(run.count());
    }
    out.writeInt(gap.covered().size());
    for (OpenGap.Covered part : gap.covered()) {
      out.writeInt(part.chunk());
      out.writeInt(part.bytes());
    }
  }

  private static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] kept = Arrays.copyOf(bytes, Math.min(bytes.length, MAX_REASON));
    out.writeInt(kept.length);
    out.write(kept);
  }

  private Checkpoint decode(ByteBuffer bytes) throws DamagedStateException {
    if (bytes.remaining() < PREAMBLE || bytes.getLong() != MAGIC) {
      throw damaged("it does not start as a checkpoint does");
    }
    int format = bytes.getInt();
    if (format != FORMAT && format != WITHOUT_REPLICA) {
      throw new DamagedStateException(
          "the file %s of %s has format version %d, this release knows %d: use the release that wrote it"
              .formatted(NAME, disk, format, FORMAT));
    }
    int crc = bytes.getInt();
    if (crc != crc(bytes.duplicate())) {
      throw damaged("its checksum is wrong");
    }
    try {
      return read(bytes, format);
    } catch (BufferUnderflowException | IllegalArgumentException e) {
      throw damaged(
          e instanceof BufferUnderflowException
              ? "it ends too early"
              : "it says something impossible: " + e.getMessage());
    }
  }

  private DamagedStateException damaged(String how) {
    return new DamagedStateException(
        ("the file %s of %s is damaged: %s. Remove the directory's content and the replica's file to"
                + " start this target anew")
            .formatted(NAME, disk, how));
  }

  private static Checkpoint read(ByteBuffer from, int format) {
    var volume = new UUID(from.getLong(), from.getLong());
    var geometry = new Geometry(from.getLong(), from.getInt());
    UUID replica =
        format == WITHOUT_REPLICA ? UUID.randomUUID() : new UUID(from.getLong(), from.getLong());
    var identity = new Identity(volume, geometry, replica);
    var chain = new Chain(from.getInt(), from.getLong());
    var next = new StreamPosition(readText(from), from.getLong(), from.getInt());
    int leaderEpoch = from.getInt();
    long intent = from.getLong();
    return new Checkpoint(
        identity, chain, next, leaderEpoch, intent, readHalt(from), readGaps(from));
  }

  private static @Nullable Halt readHalt(ByteBuffer from) {
    byte halted = from.get();
    return halted == 0 ? null : new Halt(readText(from), halted == 2);
  }

  private static List<OpenGap> readGaps(ByteBuffer from) {
    var gaps = new ArrayList<OpenGap>();
    for (int left = from.getInt(); left > 0; left--) {
      long name = from.getLong();
      boolean ended = from.get() != 0;
      var runs = new ArrayList<ChunkSet.Run>();
      for (int run = from.getInt(); run > 0; run--) {
        runs.add(new ChunkSet.Run(from.getInt(), from.getInt()));
      }
      var parts = new ArrayList<OpenGap.Covered>();
      for (int part = from.getInt(); part > 0; part--) {
        parts.add(new OpenGap.Covered(from.getInt(), from.getInt()));
      }
      gaps.add(new OpenGap(name, ended, new ChunkSet(runs), parts));
    }
    return gaps;
  }

  private static String readText(ByteBuffer from) {
    int length = from.getInt();
    if (length < 0 || length > Math.min(MAX_REASON, from.remaining())) {
      throw new IllegalArgumentException("a text of %d bytes".formatted(length));
    }
    var bytes = new byte[length];
    from.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
