package io.blocktail.producer.nbd;

import static io.blocktail.producer.nbd.ChunkClient.shape;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.ChunkClient.Chunk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Structured replies, rule by rule. The export is 40 MiB of holes to begin with.
@Timeout(20)
class StructuredReplyTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int SIZE = 40 * MIB;
  private static final int DF = 4;

  @TempDir Path directory;
  private ServedFile served;
  private RecordingDevice device;
  private FaultyDevice faulty;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    faulty = new FaultyDevice(ServedFile.file(directory, SIZE));
    faulty.zero(0, SIZE);
    device = new RecordingDevice(faulty);
    served = new ServedFile(directory, device);
    client = ChunkClient.structured(served);
    client.go("demo");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  @Test
  void aReadIsOneChunkWithItsPlaceAndData() throws IOException {
    byte[] data = client.writeRandom(12_345, 6789);
    Chunk chunk = client.read(0, 12_345, 6789).getFirst();
    assertThat(chunk.type()).isEqualTo(ChunkClient.DATA);
    assertThat(chunk.done()).isTrue();
    assertThat(chunk.where()).isEqualTo(12_345);
    assertThat(chunk.data()).isEqualTo(data);
  }

  @Test
  void aReadIsNeverAnsweredBySimpleReplyEvenWhenItIsRefused() throws IOException {
    for (int flags : new int[] {0, 2, 1 << 15}) {
      assertThat(client.read(flags, SIZE, 1).getFirst().type()).isEqualTo(ChunkClient.ERROR);
    }
    assertThat(client.read(2, 0, 1).getFirst().error()).isEqualTo(22);
  }

  @Test
  void whatHasNoDataAndNoErrorIsASimpleReply() throws IOException {
    client.write(1, 5, 0, new byte[10]);
    client.request(0, 3, 6, 0, 0);
    client.request(0, 4, 7, 0, 4096);
    for (int cookie = 5; cookie <= 7; cookie++) {
      Chunk chunk = client.only();
      assertThat(chunk.type()).isEqualTo(ChunkClient.SIMPLE);
      assertThat(chunk.error()).isZero();
      assertThat(chunk.cookie()).isEqualTo(cookie);
    }
  }

  @ParameterizedTest(name = "flags {0} command {1} offset {2} length {3}: {4} {5}")
  @CsvSource({
    "0, 99, 0, 1, 22, this server does not have the command",
    "8, 0, 0, 1, 22, 'the command does not have such a flag, or not on this connection'",
    "0, 0, 0, 0, 22, the request is for no byte",
    "0, 0, 41943040, 1, 22, the request reaches beyond the end of the export",
    "0, 0, 0, 33554433, 75, the request is for more data than the server sends at once",
    "4, 0, 0, 33554433, 75, the request is for more data than the server sends at once",
    "0, 6, 41943040, 1, 28, the request reaches beyond the end of the export",
    "0, 3, 0, 1, 22, the offset and length of a flush are zero",
    "0, 7, 0, 1, 22, no metadata context was selected for this export",
    "18, 6, 0, 4096, 95, zeroing this range would not be faster than writing it",
    "32, 7, 0, 1, 22, 'the command does not have such a flag, or not on this connection'",
  })
  void errorsCarryASentence(
      int flags, int command, long offset, long length, int error, String sentence)
      throws IOException {
    client.request(flags, command, 3, offset, length);
    Chunk chunk = client.only();
    assertThat(chunk.type()).isEqualTo(ChunkClient.ERROR);
    assertThat(chunk.error()).isEqualTo(error);
    assertThat(chunk.message()).isEqualTo(sentence);
    assertThat(chunk.payload().limit()).isEqualTo(6 + sentence.length());
  }

  @Test
  void aHoleIsSentAsAHole() throws IOException {
    assertThat(shape(client.read(0, 0, MIB))).isEqualTo("hole 0+1024.");
    assertThat(device.all()).isEmpty();
  }

  @Test
  void chunksOfASparseReadCoverItOnceAndTheLastIsDone() throws IOException {
    client.writeRandom(256 * KIB, 64 * KIB);
    client.writeRandom(512 * KIB, 4 * KIB);
    List<Chunk> reply = client.read(0, 0, MIB);
    assertThat(shape(reply))
        .isEqualTo("hole 0+256, data 256+64, hole 320+192, data 512+64, hole 576+448.");
    byte[] content = ChunkClient.content(reply, 0, MIB);
    assertThat(content).isEqualTo(ChunkClient.content(client.read(DF, 0, MIB), 0, MIB));
  }

  /// Small holes at the start of a granule are not worth a chunk.
  @Test
  void aHoleCountsIfItReachesTheNextGranule() throws IOException {
    client.writeRandom(60 * KIB, 4 * KIB);
    client.writeRandom(140 * KIB, 4 * KIB);
    assertThat(shape(client.read(0, 0, 256 * KIB)))
        .isEqualTo("data 0+64, hole 64+76, data 140+52, hole 192+64.");
  }

  @Test
  void chunksOfAnUnalignedReadAreCutAtMultiplesOf512() throws IOException {
    client.writeRandom(128 * KIB, 64 * KIB);
    List<Chunk> reply = client.read(0, 100 * KIB + 5, 200 * KIB);
    assertThat(reply).hasSize(3);
    for (int i = 0; i < 3; i++) {
      Chunk chunk = reply.get(i);
      assertThat(i == 0 || chunk.where() % 512 == 0).isTrue();
      assertThat(i == 2 || (chunk.where() + chunk.length()) % 512 == 0).isTrue();
    }
    byte[] content = ChunkClient.content(reply, 100 * KIB + 5, 200 * KIB);
    assertThat(content)
        .isEqualTo(
            ChunkClient.content(
                client.read(DF, 100 * KIB + 5, 200 * KIB), 100 * KIB + 5, 200 * KIB));
  }

  @Test
  void aShortReadIsDataAndNobodyAsksForHoles() throws IOException {
    assertThat(shape(client.read(0, 0, 63 * KIB))).isEqualTo("data 0+63.");
    assertThat(device.looks.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64 * KIB, MIB, 3 * MIB, 32 * MIB})
  void anUnfragmentedReadHasAtMostOneContentChunkWithItsZeros(int length) throws IOException {
    byte[] data = client.writeRandom(0, 100 * KIB);
    client.writeRandom(MIB, 512);
    List<Chunk> reply = client.read(DF, 0, length);
    assertThat(reply.getFirst().type()).isEqualTo(ChunkClient.DATA);
    assertThat(reply.getFirst().length()).isEqualTo(length);
    int start = Math.min(length, data.length);
    assertThat(Arrays.copyOf(reply.getFirst().data(), start)).isEqualTo(Arrays.copyOf(data, start));
    if (reply.size() > 1) {
      assertThat(shape(reply.subList(1, 2))).isEqualTo("none.");
      assertThat(reply).hasSize(2);
    }
  }

  @Test
  void aLongReadIsCutAndHolesInItAreHoles() throws IOException {
    byte[] data = client.writeRandom(5 * MIB, 2 * MIB);
    List<Chunk> reply = client.read(0, 4 * MIB + 4096, 28 * MIB);
    assertThat(shape(reply))
        .isEqualTo(
            "hole 4100+1020, data 5120+512, data 5632+512, data 6144+512, data 6656+512,"
                + " hole 7168+25604.");
    assertThat(ChunkClient.content(reply, 4 * MIB + 4096, 28 * MIB)).containsSubsequence(data);
  }
}
