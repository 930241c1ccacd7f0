package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server that takes 1 MiB in a request and works on four at once: what clients that were not
/// told, or do not listen, meet.
@Timeout(20)
class SmallestLimitsTest {
  private static final int MIB = 1 << 20;
  private static final int EINVAL = 22;
  private static final int EOVERFLOW = 75;

  @TempDir Path directory;
  private ServedFile served;

  @BeforeEach
  void serve() throws IOException {
    var limits =
        new NbdLimits(
            9, Duration.ofSeconds(30), MIB, 4, Duration.ofMinutes(1), Duration.ofSeconds(1));
    served = new ServedFile(directory, ServedFile.file(directory, 8 * MIB), TlsPolicy.NONE, limits);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  @Test
  void theyAreTold() throws IOException {
    try (RawClient client = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS)) {
      client.option(7, RawClient.infoRequest("demo", 3));
      client.optionReply();
      assertThat(ByteBuffer.wrap(client.optionReply().data()).getInt(10)).isEqualTo(MIB);
    }
  }

  @Test
  void aLongerWriteIsTakenAndInvalidAndChangesNothing() throws IOException {
    try (RawClient client = served.client();
        ChunkClient extended = ChunkClient.extended(served)) {
      var ones = new byte[2 * MIB];
      java.util.Arrays.fill(ones, (byte) 1);
      client.write(0, 1, 0, ones);
      assertThat(client.reply(0).error()).isEqualTo(EINVAL);
      extended.go("demo");
      extended.write(0, 1, 0, ones);
      assertThat(extended.only().error()).isEqualTo(EINVAL);
      assertThat(client.readBack(0, MIB)).containsOnly(0);
    }
  }

  @Test
  void aLongerReadIsRefused() throws IOException {
    try (RawClient client = served.client();
        ChunkClient chunks = ChunkClient.structured(served)) {
      client.request(0, 0, 1, 0, MIB + 1);
      assertThat(client.reply(0).error()).isEqualTo(EINVAL);
      chunks.go("demo");
      chunks.request(0, 0, 1, 0, MIB + 1);
      assertThat(chunks.only().error()).isEqualTo(EOVERFLOW);
    }
  }

  @Test
  void aSparseReadWithMoreChunksThanRequestsAreWorkedOnIsAnswered() throws IOException {
    served.device.zero(0, 8 * MIB);
    for (int i = 0; i < 8; i++) {
      served.device.write(ByteBuffer.wrap(new byte[] {1}), i * (128L << 10));
    }
    try (ChunkClient chunks = ChunkClient.structured(served)) {
      chunks.go("demo");
      chunks.request(0, 0, 1, 0, MIB);
      byte[] content = ChunkClient.content(chunks.reply(), 0, MIB);
      for (int i = 0; i < MIB; i++) {
        assertThat(content[i] != 0).isEqualTo(i % (128 << 10) == 0);
      }
    }
  }

  @Test
  void whatNeedsNoDataIsServedAtAnyLength() throws IOException {
    try (RawClient client = served.client()) {
      for (int command : new int[] {4, 5, 6}) {
        client.request(0, command, 1, 0, 8 * MIB);
        assertThat(client.reply(0).error()).isZero();
      }
    }
  }
}
