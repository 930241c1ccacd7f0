package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What clients are told while the server stops.
class ShutdownTest {
  private static final int BATCH = 1024;
  private static final int ESHUTDOWN = 108;
  private static final int ERR_SHUTDOWN = 0x80000007;

  private BlockDevice device;
  private Export export;

  @BeforeEach
  void open() throws IOException {
    device = new SimulatedDevice(new SimulatedDisk(), "volume", 1 << 20);
    export = new Export("demo", device, "", false, null, new Connections(1));
  }

  @Test
  void whatWasBegunIsServedAndWhatArrivedWithItIsRefused() throws IOException {
    var requests = ByteBuffer.allocate(3 * BATCH * 28);
    for (int i = 0; i < 3 * BATCH; i++) {
      requests.put(RawClient.header(0, 3, i, 0, 0).flip());
    }
    var wire = new BytesWire(requests.array());
    var session = new Session(export, Framing.SIMPLE, List.of());
    var buffers = new Buffers.Pool().take();
    // The server stops while the first batch is carried out.
    new Transmission(session, "test", wire, buffers, () -> wire.answered().hasRemaining()).run();
    ByteBuffer answers = wire.answered();
    for (int i = 0; i < 3 * BATCH; i++) {
      assertThat(answers.getInt()).isEqualTo(0x67446698);
      assertThat(answers.getInt()).as("error of %d", i).isEqualTo(i < BATCH ? 0 : ESHUTDOWN);
      assertThat(answers.getLong()).isEqualTo(i);
    }
  }

  private ByteBuffer handshake(int option, byte... data) throws IOException {
    var sent = ByteBuffer.allocate(20 + data.length).putInt(3);
    sent.putLong(0x49484156454F5054L).putInt(option).putInt(data.length).put(data);
    var exports = new Exports();
    exports.add(ServedFile.DEMO, device, "");
    var wire = new BytesWire(sent.array());
    assertThat(new Handshake(wire, exports, () -> true).negotiate()).isNull();
    return wire.answered().position(18);
  }

  @Test
  void optionsAreAnsweredByErrShutdown() throws IOException {
    for (int option : new int[] {3, 6, 7, 8, 9, 10, 11}) {
      ByteBuffer answer = handshake(option, RawClient.infoRequest("demo"));
      assertThat(answer.getInt(26)).isEqualTo(option);
      assertThat(answer.getInt(30)).isEqualTo(ERR_SHUTDOWN);
    }
  }

  @Test
  void abortIsAcknowledgedAllTheSame() throws IOException {
    assertThat(handshake(2).getInt(30)).isEqualTo(1);
  }

  @Test
  void exportNameEndsTheConnection() {
    assertThatThrownBy(() -> handshake(1, "demo".getBytes(UTF_8)))
        .isInstanceOf(ProtocolException.class)
        .hasMessage("an export was chosen while the server stops");
  }
}
