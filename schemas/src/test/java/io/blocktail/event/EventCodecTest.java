package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.blocktail.digest.Digest;
import io.blocktail.event.avro.BlockChange;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class EventCodecTest {
  private static final UUID VOLUME = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
  private static final Ownership OWNERSHIP =
      new Ownership(VOLUME, Geometry.of(10 << 20), "producer-1");
  private static final ChunkSet CHUNKS =
      new ChunkSet(List.of(new ChunkSet.Run(0, 2), new ChunkSet.Run(7, 1)));
  private static final TargetName TARGET = new TargetName("replica-a");

  static List<Event> oneOfEachKind() {
    return List.of(
        event(1, new Body.Epoch(OWNERSHIP, ChunkSet.EMPTY)),
        event(1, new Body.Epoch(OWNERSHIP, ChunkSet.all(OWNERSHIP.geometry()))),
        event(2, new Body.Write(8192, random(4096))),
        event(3, new Body.Zero(1 << 20, 12288)),
        event(4, new Body.Trim(3L << 40, 4096)),
        event(5, new Body.Marker(1 << 20, 1 << 20, new Digest(-1, 77), 3)),
        event(6, new Body.Gap(TARGET, CHUNKS, OWNERSHIP)),
        event(7, new Body.Gap(null, CHUNKS, OWNERSHIP)),
        event(8, new Body.Base(6, TARGET, 0, 8192, random(8192))),
        event(9, new Body.Base(6, null, 0, 1 << 20, null)),
        event(10, new Body.Whole(6, TARGET)),
        event(11, new Body.Grow(5L << 40)),
        event(Position.MAX_SEQUENCE, new Body.Bookmark("before the upgrade, größer")));
  }

  private static Event event(long sequence, Body body) {
    return new Event(sequence, sequence - 1, 3, 1_790_000_000_000_000L, "nbd 127.0.0.1:4711", body);
  }

  private static ByteBuffer random(int length) {
    var bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return ByteBuffer.wrap(bytes);
  }

  static byte[] encode(Event event) {
    var into = ByteBuffer.allocate(EventCodec.MAX_HEAD + Geometry.MAX_CHANGE);
    EventCodec.encodeHead(event, into);
    ByteBuffer data = EventCodec.dataOf(event);
    if (data != null) {
      into.put(data.duplicate());
    }
    var bytes = new byte[into.flip().remaining()];
    into.get(bytes);
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("oneOfEachKind")
  void whatIsWrittenIsReadAgain(Event event) throws Exception {
    assertThat(EventCodec.decode(ByteBuffer.wrap(encode(event)))).isEqualTo(event);
  }

  @ParameterizedTest
  @MethodSource("oneOfEachKind")
  void avroReadsTheSameBytesAndWritesThemAgain(Event event) throws IOException {
    byte[] bytes = encode(event);
    var schema = BlockChange.getClassSchema();
    BlockChange read =
        new SpecificDatumReader<BlockChange>(schema)
            .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
    assertThat(read.getSequence()).isEqualTo(event.sequence());
    assertThat(read.getPrevious()).isEqualTo(event.previous());
    assertThat(read.getEpoch()).isEqualTo(event.epoch());
    assertThat(read.getCapturedAt()).isEqualTo(event.capturedAt());
    assertThat(read.getOrigin()).isEqualTo(event.origin());
    assertThat(read.getKind().name()).isEqualTo(kindOf(event.body()));
    if (event.body() instanceof Body.Content content) {
      assertThat(read.getOffset()).isEqualTo(content.offset());
      assertThat(read.getLength()).isEqualTo(content.length());
      assertThat(read.getChecksum()).isEqualTo(EventCodec.checksum(content.content()));
    }

    var out = new ByteArrayOutputStream();
    var encoder = EncoderFactory.get().binaryEncoder(out, null);
    new SpecificDatumWriter<BlockChange>(schema).write(read, encoder);
    encoder.flush();
    assertThat(out.toByteArray()).isEqualTo(bytes);
  }

  private static String kindOf(Body body) {
    return switch (body) {
      case Body.Epoch _ -> "EPOCH";
      case Body.Write _ -> "WRITE";
      case Body.Zero _ -> "ZERO";
      case Body.Trim _ -> "TRIM";
      case Body.Marker _ -> "DIGEST";
      case Body.Gap _ -> "GAP";
      case Body.Base _ -> "BASE";
      case Body.Whole _ -> "WHOLE";
      case Body.Bookmark _ -> "BOOKMARK";
      case Body.Grow _ -> "GROW";
    };
  }

  @Test
  void theBytesOfAWriteNeverChange() {
    var write = new Body.Write(8192, ByteBuffer.wrap("golden".repeat(3).getBytes()));
    assertThat(HexFormat.of().formatHex(encode(event(2, write))))
        .isEqualTo(
            "040206" // sequence, previous, epoch
                + "02" // kind
                + "808001" // offset
                + "24" // length
                + "8080afa2dbffad06" // capturedAt
                + "246e6264203132372e302e302e313a34373131" // origin
                + "00" // target
                + "00" // gap
                + "00" // chunks
                + "00" // digest
                + "00" // lastChange
                + "00" // label
                + "00" // ownership
                + "9899baa902" // checksum
                + "24676f6c64656e676f6c64656e676f6c64656e"); // data
  }

  @ParameterizedTest
  @MethodSource("oneOfEachKind")
  void everyTruncationIsRefused(Event event) {
    byte[] bytes = encode(event);
    for (int length = 0; length < bytes.length; length++) {
      var cut = ByteBuffer.wrap(bytes, 0, length);
      assertThatExceptionOfType(InvalidEventException.class)
          .isThrownBy(() -> EventCodec.decode(cut));
    }
  }

  @ParameterizedTest
  @MethodSource("oneOfEachKind")
  void bytesBehindTheEndAreRefused(Event event) {
    byte[] bytes = java.util.Arrays.copyOf(encode(event), encode(event).length + 1);
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> EventCodec.decode(ByteBuffer.wrap(bytes)));
  }

  @Test
  void noSilentLossAnyFlippedBitOfTheDataIsRefused() {
    var event = event(2, new Body.Write(8192, random(4096)));
    byte[] bytes = encode(event);
    for (int bit = (bytes.length - 4096) * 8; bit < bytes.length * 8; bit += 7) {
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
      assertThatExceptionOfType(InvalidEventException.class)
          .isThrownBy(() -> EventCodec.decode(ByteBuffer.wrap(bytes)))
          .withMessageContaining("checksum");
      bytes[bit / 8] ^= (byte) (1 << bit % 8);
    }
  }

  @Test
  void anyBytesAreReadOrRefusedButNeverCrash() {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = encode(oneOfEachKind().get(random.nextInt(oneOfEachKind().size())));
      for (int flips = random.nextInt(8); flips >= 0; flips--) {
        bytes[random.nextInt(Math.min(bytes.length, 120))] = (byte) random.nextInt();
      }
      try {
        EventCodec.decode(ByteBuffer.wrap(bytes));
      } catch (InvalidEventException e) {
        assertThat(e).hasMessageContaining("event");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed + ": " + HexFormat.of().formatHex(bytes), e);
      }
    }
  }
}
