package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.ChunkClient.Chunk;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// BLOCK_STATUS with extended headers, rule by rule, as the document's branch
/// `extension-ext-header` has it. The export `demo` has 1 TiB of holes and a past.
@Timeout(20)
class ExtendedStatusTest {
  private static final int MIB = 1 << 20;
  private static final long SIZE = 1L << 40;
  private static final int BLOCK_STATUS = 7;
  private static final int REQ_ONE = 8;
  private static final int PAYLOAD = 32;

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

  @Test
  void thePayloadFlagOfBlockStatusIsOfferedOnlyWithContexts() throws IOException {
    assertThat(client.go("demo") & 1 << 12).isZero();
    try (ChunkClient other = ChunkClient.extended(served)) {
      other.select("demo", "base:allocation");
      assertThat(other.go("demo") & 1 << 12).isNotZero();
    }
    try (ChunkClient compact = ChunkClient.structured(served)) {
      compact.select("demo", "base:allocation");
      assertThat(compact.go("demo") & 1 << 12).isZero();
    }
  }

  /// As `FLAGS*LENGTH`, lengths in MiB.
  private static List<String> extents(Chunk chunk) {
    assertThat(chunk.type()).isEqualTo(ChunkClient.STATUS_EXT);
    int count = chunk.payload().getInt(4);
    assertThat(chunk.payload().limit()).isEqualTo(8 + 16 * count);
    return IntStream.range(0, count)
        .mapToObj(i ->
            chunk.payload().getLong(16 + 16 * i) + "*" + chunk.payload().getLong(8 + 16 * i) / MIB)
        .toList();
  }

  @Test
  void blockStatusHasLengthsOf64Bits() throws IOException {
    client.select("demo", "base:allocation");
    client.go("demo");
    client.write(0, 1, SIZE / 2, new byte[MIB]);
    assertThat(client.only().error()).isZero();
    client.request(0, BLOCK_STATUS, 2, 0, SIZE);
    Chunk chunk = client.only();
    assertThat(chunk.payload().getInt(0)).isEqualTo(1);
    assertThat(extents(chunk)).containsExactly("3*524288", "0*1", "3*524287");
    client.request(REQ_ONE, BLOCK_STATUS, 3, 0, SIZE);
    assertThat(extents(client.only())).containsExactly("3*524288");
  }

  private static byte[] payload(long length, int... ids) {
    var payload = ByteBuffer.allocate(8 + 4 * ids.length).putLong(length);
    for (int id : ids) {
      payload.putInt(id);
    }
    return payload.array();
  }

  private void askFor(byte[] payload) throws IOException {
    client.request(PAYLOAD, BLOCK_STATUS, 5, 0, payload.length, payload);
  }

  @Test
  void aPayloadSaysWhichContextsTheAnswerIsAbout() throws IOException {
    client.select(
        "past", "base:allocation", "blocktail:changed-since:4", "blocktail:changed-since:8");
    client.go("past");
    askFor(payload(2L << 30, 3, 1));
    List<Chunk> reply = client.reply();
    assertThat(reply).extracting(c -> c.payload().getInt(0)).containsExactly(1, 3);
    assertThat(reply).extracting(Chunk::done).containsExactly(false, true);
    assertThat(extents(reply.get(1))).containsExactly("0*2048");
    askFor(payload(4L << 30, 2));
    assertThat(extents(client.only())).containsExactly("1*3072", "0*1024");
    client.request(0, BLOCK_STATUS, 6, 0, MIB);
    assertThat(client.reply()).hasSize(3);
  }

  @Test
  void aPayloadThatDoesNotNameSelectedContextsOnceIsConsumedAndInvalid() throws IOException {
    client.select("past", "base:allocation", "blocktail:changed-since:4");
    client.go("past");
    for (byte[] payload :
        List.of(
            payload(512),
            payload(512, 0),
            payload(512, 3),
            payload(512, -1),
            payload(512, 33),
            payload(512, 1, 1),
            payload(512, 1, 2, 1),
            payload(0, 1),
            payload(-1, 1),
            payload(SIZE + 1, 1),
            new byte[1],
            new byte[7],
            new byte[13],
            new byte[2 * MIB])) {
      askFor(payload);
      assertThat(client.only().error()).isEqualTo(22);
    }
    askFor(payload(MIB, 2));
    assertThat(extents(client.only())).containsExactly("1*1");
  }

  @Test
  void contextsCanBeSelectedWithoutStructuredReplies() throws IOException {
    assertThat(client.select("demo", "base:allocation")).containsExactly("1=base:allocation", "1");
  }
}
