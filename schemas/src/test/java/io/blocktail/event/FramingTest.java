package io.blocktail.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.blocktail.event.avro.Alert;
import io.blocktail.event.avro.BlockChange;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class FramingTest {
  private static ByteBuffer framed(Framing framing) {
    var record = ByteBuffer.allocate(Framing.HEADER + 3);
    framing.write(record);
    return record.put(new byte[] {1, 2, 3}).flip();
  }

  @Test
  void theBodyIsWhatStandsBehindTheHeader() throws Exception {
    assertThat(EventCodec.FRAMING.open(framed(EventCodec.FRAMING)))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @Test
  void avroWritesTheSameHeader() throws Exception {
    var alert = MessagesTest.alert();
    ByteBuffer avros = Alert.getEncoder().encode(alert);
    assertThat(framed(new Framing(Alert.getClassSchema())).slice(0, Framing.HEADER))
        .isEqualTo(avros.slice(0, Framing.HEADER));
  }

  @Test
  void whatAFormerSchemaHasWrittenIsOpened() throws Exception {
    var former = Messages.formerSchemas(BlockChange.class);
    assertThat(former).hasSize(1);
    assertThat(EventCodec.FRAMING.open(framed(new Framing(former.getFirst()))))
        .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
  }

  @Test
  void anUnknownSchemaIsRefusedByItsFingerprint() {
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> EventCodec.FRAMING.open(framed(new Framing(Alert.getClassSchema()))))
        .withMessageMatching(
            "not a BlockChange that this release knows: its schema's fingerprint is [0-9a-f]{16}");
  }

  @Test
  void aRecordThatIsTooShortForAHeaderIsRefused() {
    assertThatExceptionOfType(InvalidEventException.class)
        .isThrownBy(() -> EventCodec.FRAMING.open(ByteBuffer.allocate(9)))
        .withMessageContaining("9 bytes without a schema's fingerprint");
  }
}
