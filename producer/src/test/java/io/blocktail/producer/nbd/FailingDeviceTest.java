package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client meets when the device under the export fails.
@Timeout(20)
class FailingDeviceTest {
  private static final int MIB = 1 << 20;
  private static final int EIO = 5;

  @TempDir Path directory;
  private ServedFile served;
  private RawClient client;
  private FaultyDevice device;

  @BeforeEach
  void connect() throws IOException {
    device = new FaultyDevice(ServedFile.file(directory, 16 * MIB));
    served = new ServedFile(directory, device);
    client = served.client();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private void assertWrites(int error, long offset, int length) throws IOException {
    client.write(0, 7, offset, new byte[length]);
    assertThat(client.reply(0).error()).isEqualTo(error);
  }

  @Test
  void failureIsToldToItsRequestAloneAndNeighboursKeepTheirData() throws IOException {
    var data = new byte[16384];
    new Random(1).nextBytes(data);
    client.write(0, 1, 0, data);
    assertThat(client.reply(0).error()).isZero();
    device.badFrom = 4096;
    device.badTo = 8192;
    var reads = ByteBuffer.allocate(4 * 28);
    for (int i = 0; i < 4; i++) {
      reads.put(RawClient.header(0, 0, i, i * 4096L, 4096).flip());
    }
    client.send(reads);
    for (int i = 0; i < 4; i++) {
      RawClient.Reply reply = client.reply(4096);
      assertThat(reply.cookie()).isEqualTo(i);
      assertThat(reply.error()).isEqualTo(i == 1 ? EIO : 0);
      assertThat(reply.data())
          .isEqualTo(i == 1 ? new byte[0] : Arrays.copyOfRange(data, i * 4096, (i + 1) * 4096));
    }
  }

  @Test
  void failedWriteZeroAndTrimGiveEioAndTheConnectionLives() throws IOException {
    device.badFrom = 0;
    device.badTo = 4096;
    assertWrites(EIO, 0, 512);
    client.request(0, 6, 8, 0, 512);
    assertThat(client.reply(0).error()).isEqualTo(EIO);
    client.request(0, 4, 9, 0, 512);
    assertThat(client.reply(0).error()).isEqualTo(EIO);
    assertWrites(0, 4096, 512);
  }

  @Test
  void failedForceGivesEioToFlushAndFua() throws IOException {
    device.forceFails = true;
    client.request(0, 3, 1, 0, 0);
    assertThat(client.reply(0).error()).isEqualTo(EIO);
    client.write(1, 2, 0, new byte[512]);
    assertThat(client.reply(0).error()).isEqualTo(EIO);
    assertWrites(0, 0, 512);
  }

  @Test
  void largeWriteThatFailsInTheMiddleIsTakenToItsEnd() throws IOException {
    device.badFrom = 3 * MIB;
    device.badTo = 3 * MIB + 1;
    assertWrites(EIO, 0, 8 * MIB);
    assertWrites(0, 0, 512);
  }

  @Test
  void largeReadThatFailsAtOnceGivesEio() throws IOException {
    device.badFrom = 0;
    device.badTo = 1;
    client.request(0, 0, 1, 0, 8 * MIB);
    assertThat(client.reply(8 * MIB).error()).isEqualTo(EIO);
    assertWrites(0, 4096, 512);
  }

  @Test
  void largeReadThatFailsInTheMiddleBreaksTheConnection() throws IOException {
    device.badFrom = 3 * MIB;
    device.badTo = 3 * MIB + 1;
    client.request(0, 0, 1, 0, 8 * MIB);
    assertThatThrownBy(() -> client.reply(8 * MIB)).isInstanceOf(EOFException.class);
    try (RawClient again = served.client()) {
      assertThat(again.readBack(0, 512)).containsOnly(0);
    }
  }

  @Test
  void readThatFitsTheBuffersFailsAsAWhole() throws IOException {
    device.badFrom = MIB - 1;
    device.badTo = MIB;
    client.request(0, 0, 1, 0, MIB);
    assertThat(client.reply(MIB).error()).isEqualTo(EIO);
    assertWrites(0, 0, 512);
  }
}
