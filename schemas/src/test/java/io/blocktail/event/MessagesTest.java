package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ReplicaStatus;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.message.BinaryMessageEncoder;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private final Messages<Alert> messages = new Messages<>(Alert.class);

  static Alert alert() {
    return Alert.newBuilder()
        .setId("a1")
        .setKind("divergence")
        .setVolume("demo")
        .setVolumeId("01234567-89ab-cdef-0123-456789abcdef")
        .setTarget("replica-a")
        .setChunks(List.of(new ChunkRun(3, 2)))
        .setSequence(9)
        .setOpenedAt(1)
        .setEvidence("seen")
        .build();
  }

  @Test
  void whatIsWrittenIsReadAgain() throws Exception {
    assertThat(messages.decode(messages.encode(alert()))).isEqualTo(alert());
  }

  @Test
  void avrosOwnEncoderWritesTheSame() throws Exception {
    assertThat(ByteBuffer.wrap(messages.encode(alert())))
        .isEqualTo(Alert.getEncoder().encode(alert()));
  }

  @Test
  void whatWasWrittenWithAFormerSchemaIsReadWithDefaults() throws Exception {
    Schema former;
    try (var file = Messages.class.getResourceAsStream("former/ReplicaStatus-1.avsc")) {
      former = new Schema.Parser().parse(file);
    }
    var status = new GenericData.Record(former);
    status.put("volume", "demo");
    status.put("target", "a");
    status.put("state", "following");
    status.put("consistent", true);
    status.put("epoch", 1);
    status.put("watermark", 7L);
    status.put("undoneChunks", 0);
    status.put("lagChanges", 0L);
    status.put("lagMillis", 0L);
    status.put("at", 5L);
    var out = new ByteArrayOutputStream();
    new BinaryMessageEncoder<GenericRecord>(GenericData.get(), former).encode(status, out);

    ReplicaStatus read = new Messages<>(ReplicaStatus.class).decode(out.toByteArray());

    assertThat(read.getTarget()).isEqualTo("a");
    assertThat(read.getWatermark()).isEqualTo(7);
    assertThat(read.getAt()).isEqualTo(5);
    assertThat(read.getReplica()).isNull();
    assertThat(read.getLagMillis()).isZero();
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] bytes = messages.encode(alert());
    for (int length = 0; length < bytes.length; length++) {
      byte[] cut = Arrays.copyOf(bytes, length);
      assertThatExceptionOfType(InvalidEventException.class).isThrownBy(() -> messages.decode(cut));
    }
  }

  @Test
  void aTextThatClaimsTwoGigabytesIsRefusedWithoutRoomForIt() {
    var record = ByteBuffer.allocate(Framing.HEADER + 5);
    new Framing(Alert.getClassSchema()).write(record);
    Varints.write(record, Integer.MAX_VALUE - 16);
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> messages.decode(record.array()))
        .withMessageContaining("claimed");
  }

  @Test
  void anyBytesAreReadOrRefused() {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      byte[] bytes = messages.encode(alert());
      for (int flips = random.nextInt(6); flips >= 0; flips--) {
        bytes[Framing.HEADER + random.nextInt(bytes.length - Framing.HEADER)] =
            (byte) random.nextInt();
      }
      try {
        messages.decode(bytes);
      } catch (InvalidEventException e) {
        assertThat(e).hasMessageContaining("Alert");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + seed, e);
      }
    }
  }
}
