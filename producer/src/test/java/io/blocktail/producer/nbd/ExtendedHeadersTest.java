package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.producer.nbd.ChunkClient.Chunk;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The extension for extended headers, rule by rule, as the document's branch
/// `extension-ext-header` has it. The export `demo` has 1 TiB of holes and a past.
@Timeout(20)
class ExtendedHeadersTest {
  private static final int MIB = 1 << 20;
  private static final long SIZE = 1L << 40;
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int FLUSH = 3;
  private static final int TRIM = 4;
  private static final int WRITE_ZEROES = 6;
  private static final int BLOCK_STATUS = 7;
  private static final int PAYLOAD = 32;
  private static final int INVALID = 0x80000003;
  private static final int EXT_HEADER_REQD = 0x8000000a;

  @TempDir Path directory;
  private ServedFile served;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    FileDevice device = ServedFile.file(directory, SIZE);
    device.zero(0, SIZE);
    served = new ServedFile(directory, device);
    served.exports.add(
        new VolumeName("past"), device, "", false, new FakeHistory(1 << 30, 5, 5, 9, 2));
    client = ChunkClient.extended(served);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private void assertRefused(int error, Chunk chunk) {
    assertThat(chunk.type()).isEqualTo(ChunkClient.ERROR);
    assertThat(chunk.error()).isEqualTo(error);
    assertThat(chunk.message()).isNotEmpty();
  }

  private void assertStillServes() throws IOException {
    client.request(0, READ, 4711, 7, 100);
    assertThat(client.only().cookie()).isEqualTo(4711);
  }

  @Test
  void theOptionHasNoData() throws IOException {
    client.raw.option(11, (byte) 1);
    assertThat(client.raw.optionReply().type()).isEqualTo(INVALID);
  }

  @Test
  void structuredRepliesCannotBeAgreedOnAfterwards() throws IOException {
    client.raw.option(8);
    assertThat(client.raw.optionReply().type()).isEqualTo(EXT_HEADER_REQD);
    client.go("demo");
    assertStillServes();
  }

  @Test
  void theyCanBeAgreedOnAfterStructuredReplies() throws IOException {
    try (ChunkClient other = ChunkClient.structured(served)) {
      other.raw.option(11);
      assertThat(other.raw.optionReply().type()).isEqualTo(1);
    }
  }

  @Test
  void exportNameEndsTheConnection() throws IOException {
    client.raw.option(1, "demo".getBytes());
    assertThat(client.raw.isClosed()).isTrue();
  }

  @Test
  void anySuccessIsAChunkThatRepeatsTheOffset() throws IOException {
    client.go("demo");
    client.write(0, 1, 12_345, new byte[100]);
    Chunk chunk = client.only();
    assertThat(chunk.type()).isEqualTo(ChunkClient.NONE);
    assertThat(chunk.done()).isTrue();
    assertThat(chunk.payload().limit()).isZero();
    assertThat(chunk.offset()).isEqualTo(12_345);
    client.request(0, FLUSH, 2, 0, 0);
    assertThat(client.only().type()).isEqualTo(ChunkClient.NONE);
  }

  @Test
  void allChunksOfAReplyRepeatTheRequestsOffset() throws IOException {
    client.go("demo");
    client.write(0, 1, MIB, new byte[MIB]);
    assertThat(client.only().error()).isZero();
    client.request(0, READ, 3, 4096, 3L * MIB);
    List<Chunk> reply = client.reply();
    assertThat(reply).hasSizeGreaterThan(2);
    assertThat(reply).extracting(Chunk::offset).containsOnly(4096L);
    ChunkClient.content(reply, 4096, 3 * MIB);
    client.request(0, READ, 4, -5, 1);
    assertThat(client.only().offset()).isEqualTo(-5);
  }

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    client.go("demo");
    for (int length : new int[] {1, 4096, 100_000, 3 * MIB, 32 * MIB}) {
      var data = new byte[length];
      new Random(length).nextBytes(data);
      client.write(0, 1, 777, data);
      assertThat(client.only().error()).isZero();
      client.request(0, READ, 2, 777, length);
      assertThat(ChunkClient.content(client.reply(), 777, length)).isEqualTo(data);
    }
  }

  @Test
  void compactRequestsEndTheConnection() throws IOException {
    client.go("demo");
    client.raw.request(0, READ, 1, 0, 512);
    client.raw.send(ByteBuffer.allocate(4).putInt(0));
    assertThat(client.raw.isClosed()).isTrue();
  }

  @Test
  void extendedRequestsThatWereNotAgreedOnEndTheConnection() throws IOException {
    try (ChunkClient compact = ChunkClient.structured(served)) {
      compact.go("demo");
      compact.raw.send(client.header(0, READ, 1, 0, 512));
      assertThat(compact.raw.isClosed()).isTrue();
    }
  }

  @Test
  void aWholeExportIsZeroedOrTrimmedByOneRequest() throws IOException {
    client.go("demo");
    for (int command : new int[] {WRITE_ZEROES, TRIM}) {
      client.request(0, command, 1, 0, SIZE);
      assertThat(client.only().error()).isZero();
    }
  }

  @ParameterizedTest(name = "flags {0} command {1} offset {2} length {3} gives error {4}")
  @CsvSource({
    "0, 0, 0, -1, 22",
    "0, 0, 1, 9223372036854775807, 22",
    "0, 0, 0, 33554433, 75",
    "0, 0, 0, 0, 22",
    "0, 1, 0, 512, 22",
    "0, 4, 1, 1099511627776, 22",
    "0, 6, 1, 1099511627776, 28",
    "0, 6, 0, -9223372036854775808, 28",
    "0, 3, 0, 4294967296, 22",
    "0, 7, 0, 512, 22",
    "0, 5, 0, 1099511627777, 22",
    "64, 0, 0, 512, 22",
    "0, 99, 0, 512, 22",
  })
  void aBadRequestIsRefusedAndTheConnectionLives(
      int flags, int command, long offset, long length, int error) throws IOException {
    client.go("demo");
    client.request(flags, command, 8, offset, length);
    assertRefused(error, client.only());
    assertStillServes();
  }

  @ParameterizedTest
  @ValueSource(ints = {READ, FLUSH, TRIM, 5, WRITE_ZEROES, BLOCK_STATUS, 99})
  void aPayloadThatTheCommandDoesNotTakeIsConsumedAndInvalid(int command) throws IOException {
    client.go("demo");
    for (int length : new int[] {1, 512, 3 * MIB}) {
      client.request(PAYLOAD, command, 8, 0, length, new byte[length]);
      assertRefused(22, client.only());
    }
    assertStillServes();
  }

  @ParameterizedTest
  @ValueSource(longs = {(32 << 20) + 1, 1L << 32, -1, Long.MIN_VALUE})
  void aPayloadBeyondTheLargestEndsTheConnection(long length) throws IOException {
    client.go("demo");
    client.request(PAYLOAD, WRITE, 1, 0, length);
    assertThat(client.raw.isClosed()).isTrue();
  }

  @Test
  void unknownExportIsStillRefusedInFrame() {
    assertThatThrownBy(() -> client.go("nobody")).hasMessage("refused: no export has this name");
  }
}
