package io.blocktail.consumer.target;

import io.blocktail.digest.ChunkHasher;
import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Framing;
import io.blocktail.event.Origins;
import io.blocktail.event.Ownership;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A source volume as a byte array, and the history of it: what a target is held against. Knows
/// nothing of versions, gaps or checkpoints.
public final class Source {
  static final UUID VOLUME = UUID.fromString("00000000-0000-4000-8000-000000000001");

  /// What an event changed at the source.
  private record Change(long sequence, int offset, byte[] content) {}

  public final Geometry geometry;
  public final byte[] content;
  private final byte[] start;
  private final List<Change> changes = new ArrayList<>();
  UUID volume = VOLUME;
  int epoch = 1;
  public long sequence;

  public Source(Geometry geometry) {
    this.geometry = geometry;
    this.content = new byte[(int) geometry.size()];
    this.start = content.clone();
  }

  Ownership ownership() {
    return new Ownership(volume, geometry, "source");
  }

  public byte[] epochEvent(ChunkSet open) {
    return next(new Body.Epoch(ownership(), open));
  }

  public byte[] write(int offset, byte[] bytes) {
    byte[] record = next(new Body.Write(offset, ByteBuffer.wrap(bytes)));
    change(offset, bytes);
    return record;
  }

  public byte[] zero(int offset, int length, boolean trim) {
    byte[] record = next(trim ? new Body.Trim(offset, length) : new Body.Zero(offset, length));
    change(offset, new byte[length]);
    return record;
  }

  /// A change that the stream never carries: only a gap that follows can bring it.
  public void changeUnseen(int offset, byte[] bytes) {
    sequence++;
    change(offset, bytes);
    sequence--;
  }

  private void change(int offset, byte[] bytes) {
    System.arraycopy(bytes, 0, content, offset, bytes.length);
    changes.add(new Change(sequence, offset, bytes.clone()));
  }

  public byte[] gap(@Nullable TargetName target, ChunkSet chunks) {
    return next(new Body.Gap(target, chunks, ownership()));
  }

  /// The pieces of a chunk's BASE, at most 512 KiB each; those that are all zeros without data.
  public List<byte[]> base(long gap, @Nullable TargetName target, int chunk) {
    var pieces = new ArrayList<byte[]>();
    int at = (int) geometry.chunkOffset(chunk);
    int end = at + geometry.chunkLength(chunk);
    while (at < end) {
      int length = Math.min(end - at, Geometry.MAX_CHANGE / 2);
      byte[] bytes = Arrays.copyOfRange(content, at, at + length);
      boolean zeros = Arrays.equals(bytes, new byte[length]);
      pieces.add(
          next(new Body.Base(gap, target, at, length, zeros ? null : ByteBuffer.wrap(bytes))));
      at += length;
    }
    return pieces;
  }

  public byte[] whole(long gap, @Nullable TargetName target) {
    return next(new Body.Whole(gap, target));
  }

  public Digest digest(int chunk) {
    int from = (int) geometry.chunkOffset(chunk);
    int length = geometry.chunkLength(chunk);
    return ChunkHasher.hash(chunk, Arrays.copyOfRange(content, from, from + length), length);
  }

  public byte[] marker(int chunk) {
    return next(
        new Body.Marker(
            geometry.chunkOffset(chunk), geometry.chunkLength(chunk), digest(chunk), 0));
  }

  /// What answers a request for no chunk.
  public List<byte[]> landmark(TargetName target, String request) {
    byte[] gap = next(new Body.Gap(target, ChunkSet.EMPTY, ownership()), Origins.resync(request));
    return List.of(gap, next(new Body.Whole(sequence, target), Origins.resync(request)));
  }

  /// The next event of any kind.
  public byte[] next(Body body) {
    return next(body, "test");
  }

  private byte[] next(Body body, String origin) {
    sequence++;
    return encode(new Event(sequence, sequence - 1, epoch, 0, origin, body));
  }

  public static byte[] encode(Event event) {
    ByteBuffer data = EventCodec.dataOf(event);
    var bytes =
        ByteBuffer.allocate(
            Framing.HEADER + EventCodec.MAX_HEAD + (data == null ? 0 : data.remaining()));
    EventCodec.FRAMING.write(bytes);
    EventCodec.encodeHead(event, bytes);
    if (data != null) {
      bytes.put(data.duplicate());
    }
    return Arrays.copyOf(bytes.array(), bytes.position());
  }

  /// The source as it was at a sequence.
  public byte[] at(long watermark) {
    byte[] replayed = start.clone();
    for (Change change : changes) {
      if (change.sequence() <= watermark) {
        System.arraycopy(change.content(), 0, replayed, change.offset(), change.content().length);
      }
    }
    return replayed;
  }
}
