package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What the server says that it can do depends on what was agreed on.
@Timeout(20)
class TransmissionFlagsTest {
  /// HAS_FLAGS, FLUSH, FUA, TRIM, WRITE_ZEROES, CAN_MULTI_CONN, CACHE, FAST_ZERO.
  private static final int ALWAYS = 1 | 4 | 8 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 10 | 1 << 11;

  private static final int DF = 1 << 7;

  @TempDir Path directory;
  private ServedFile served;

  @BeforeEach
  void serve() throws IOException {
    served = new ServedFile(directory, 1 << 20);
  }

  @AfterEach
  void stop() throws IOException {
    served.close();
  }

  private static int flags(RawClient client, int option) throws IOException {
    client.option(option, RawClient.infoRequest("demo"));
    int flags = -1;
    for (var reply = client.optionReply(); reply.type() == 3; reply = client.optionReply()) {
      if (ByteBuffer.wrap(reply.data()).getShort() == 0) {
        assertThat(reply.data()).hasSize(12);
        flags = Short.toUnsignedInt(ByteBuffer.wrap(reply.data()).getShort(10));
      }
    }
    return flags;
  }

  @Test
  void withoutStructuredRepliesThereIsNoDf() throws IOException {
    try (RawClient client = RawClient.tcp(served.server.port())) {
      client.greet(RawClient.FLAGS);
      assertThat(flags(client, 7)).isEqualTo(ALWAYS);
    }
  }

  @Test
  void withStructuredRepliesOrExtendedHeadersThereIs() throws IOException {
    try (ChunkClient structured = ChunkClient.structured(served);
        ChunkClient extended = ChunkClient.extended(served)) {
      assertThat(structured.go("demo")).isEqualTo(ALWAYS | DF);
      assertThat(extended.go("demo")).isEqualTo(ALWAYS | DF);
    }
  }

  @Test
  void exportNameTellsTheSame() throws IOException {
    try (ChunkClient client = ChunkClient.structured(served)) {
      client.raw.option(1, "demo".getBytes());
      assertThat(client.raw.read(10).getShort(8)).isEqualTo((short) (ALWAYS | DF));
    }
  }

  @Test
  void infoAndThenGoTellTheSame() throws IOException {
    try (ChunkClient client = ChunkClient.structured(served)) {
      client.select("demo", "base:allocation");
      assertThat(flags(client.raw, 6)).isEqualTo(flags(client.raw, 7));
    }
  }
}
