package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.ChunkClient.Chunk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
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

/// Structured replies, rule by rule. The export is 40 MiB of holes to begin with.
@Timeout(20)
class StructuredReplyTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int SIZE = 40 * MIB;
  private static final int READ = 0;
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

  private byte[] write(long offset, int length) throws IOException {
    var data = new byte[length];
    new Random(length).nextBytes(data);
    client.write(0, 1, offset, data);
    assertThat(client.only().error()).isZero();
    return data;
  }

  private List<Chunk> read(int flags, long offset, int length) throws IOException {
    client.request(flags, READ, 77, offset, length);
    List<Chunk> reply = client.reply();
    assertThat(reply).allSatisfy(chunk -> assertThat(chunk.cookie()).isEqualTo(77));
    return reply;
  }

  private static String shape(List<Chunk> reply) {
    var shape = new StringBuilder();
    for (Chunk chunk : reply) {
      switch (chunk.type()) {
        case ChunkClient.DATA -> shape.append("data ").append(chunk.where() / KIB);
        case ChunkClient.HOLE -> shape.append("hole ").append(chunk.where() / KIB);
        case ChunkClient.ERROR_OFFSET ->
            shape.append("error ").append(chunk.error()).append(" at ").append(chunk.where() / KIB);
        case ChunkClient.NONE -> shape.append("none");
        default -> shape.append("type ").append(chunk.type());
      }
      if (chunk.type() == ChunkClient.DATA || chunk.type() == ChunkClient.HOLE) {
        shape.append("+").append(chunk.length() / KIB);
      }
      shape.append(chunk.done() ? "." : ", ");
    }
    return shape.toString();
  }

  @Test
  void aReadIsOneChunkWithItsPlaceAndData() throws IOException {
    byte[] data = write(12_345, 6789);
    Chunk chunk = read(0, 12_345, 6789).getFirst();
    assertThat(chunk.type()).isEqualTo(ChunkClient.DATA);
    assertThat(chunk.done()).isTrue();
    assertThat(chunk.where()).isEqualTo(12_345);
    assertThat(chunk.data()).isEqualTo(data);
  }

  @Test
  void aReadIsNeverAnsweredBySimpleReplyEvenWhenItIsRefused() throws IOException {
    for (int flags : new int[] {0, 2, 1 << 15}) {
      assertThat(read(flags, SIZE, 1).getFirst().type()).isEqualTo(ChunkClient.ERROR);
    }
    assertThat(read(2, 0, 1).getFirst().error()).isEqualTo(22);
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
    assertThat(shape(read(0, 0, MIB))).isEqualTo("hole 0+1024.");
    assertThat(device.all()).isEmpty();
  }

  @Test
  void chunksOfASparseReadCoverItOnceAndTheLastIsDone() throws IOException {
    write(256 * KIB, 64 * KIB);
    write(512 * KIB, 4 * KIB);
    List<Chunk> reply = read(0, 0, MIB);
    assertThat(shape(reply))
        .isEqualTo("hole 0+256, data 256+64, hole 320+192, data 512+64, hole 576+448.");
    byte[] content = ChunkClient.content(reply, 0, MIB);
    assertThat(content).isEqualTo(ChunkClient.content(read(DF, 0, MIB), 0, MIB));
  }

  /// Small holes at the start of a granule are not worth a chunk.
  @Test
  void aHoleCountsIfItReachesTheNextGranule() throws IOException {
    write(60 * KIB, 4 * KIB);
    write(140 * KIB, 4 * KIB);
    assertThat(shape(read(0, 0, 256 * KIB)))
        .isEqualTo("data 0+64, hole 64+76, data 140+52, hole 192+64.");
  }

  @Test
  void chunksOfAnUnalignedReadAreCutAtMultiplesOf512() throws IOException {
    write(128 * KIB, 64 * KIB);
    List<Chunk> reply = read(0, 100 * KIB + 5, 200 * KIB);
    assertThat(reply).hasSize(3);
    for (int i = 0; i < 3; i++) {
      Chunk chunk = reply.get(i);
      assertThat(i == 0 || chunk.where() % 512 == 0).isTrue();
      assertThat(i == 2 || (chunk.where() + chunk.length()) % 512 == 0).isTrue();
    }
    byte[] content = ChunkClient.content(reply, 100 * KIB + 5, 200 * KIB);
    assertThat(content)
        .isEqualTo(
            ChunkClient.content(read(DF, 100 * KIB + 5, 200 * KIB), 100 * KIB + 5, 200 * KIB));
  }

  @Test
  void aShortReadIsDataAndNobodyAsksForHoles() throws IOException {
    assertThat(shape(read(0, 0, 63 * KIB))).isEqualTo("data 0+63.");
    assertThat(device.looks.get()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 64 * KIB, MIB, 3 * MIB, 32 * MIB})
  void anUnfragmentedReadHasAtMostOneContentChunkWithItsZeros(int length) throws IOException {
    byte[] data = write(0, 100 * KIB);
    write(MIB, 512);
    List<Chunk> reply = read(DF, 0, length);
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
    byte[] data = write(5 * MIB, 2 * MIB);
    List<Chunk> reply = read(0, 4 * MIB + 4096, 28 * MIB);
    assertThat(shape(reply))
        .isEqualTo(
            "hole 4100+1020, data 5120+512, data 5632+512, data 6144+512, data 6656+512,"
                + " hole 7168+25604.");
    assertThat(ChunkClient.content(reply, 4 * MIB + 4096, 28 * MIB)).containsSubsequence(data);
  }

  @Test
  void aReadThatFailsTellsWhereAndItsNeighboursAreServed() throws IOException {
    byte[] data = write(0, 16 * KIB);
    faulty.badFrom = 4 * KIB;
    faulty.badTo = 8 * KIB;
    var all = ByteBuffer.allocate(4 * 28);
    for (int i = 0; i < 4; i++) {
      all.put(client.header(0, READ, i, i * 4L * KIB, 4 * KIB).flip());
    }
    client.raw.send(all);
    for (int i = 0; i < 4; i++) {
      Chunk chunk = client.only();
      assertThat(chunk.cookie()).isEqualTo(i);
      if (i == 1) {
        assertThat(shape(List.of(chunk))).isEqualTo("error 5 at 4.");
        assertThat(chunk.message()).isEqualTo("the device has failed; the server's log says why");
      } else {
        assertThat(chunk.data())
            .isEqualTo(Arrays.copyOfRange(data, i * 4 * KIB, (i + 1) * 4 * KIB));
      }
    }
  }

  /// Each error is longer than the data that it takes the place of.
  @Test
  void errorsOfShortReadsLeaveTheirNeighboursAlone() throws IOException {
    byte[] data = write(0, 8 * KIB);
    faulty.badFrom = 4 * KIB;
    faulty.badTo = 8 * KIB;
    var all = ByteBuffer.allocate(200 * 28);
    for (int i = 0; i < 200; i++) {
      all.put(client.header(0, READ, i, i % 2 == 0 ? 5 * KIB : i, 1).flip());
    }
    client.raw.send(all);
    for (int i = 0; i < 200; i++) {
      Chunk chunk = client.only();
      assertThat(chunk.cookie()).isEqualTo(i);
      assertThat(chunk.error()).isEqualTo(i % 2 == 0 ? 5 : 0);
      if (i % 2 == 1) {
        assertThat(chunk.data()).containsExactly(data[i]);
      }
    }
  }

  @Test
  void aSparseReadThatFailsInPartTellsTheOtherParts() throws IOException {
    write(0, 64 * KIB);
    write(256 * KIB, 64 * KIB);
    faulty.badFrom = 0;
    faulty.badTo = 1;
    assertThat(shape(read(0, 0, 320 * KIB))).isEqualTo("error 5 at 0, hole 64+192, data 256+64.");
  }

  @Test
  void aLongReadThatFailsEndsWithAnErrorAndTheConnectionLives() throws IOException {
    write(0, 4 * MIB);
    faulty.badFrom = 2 * MIB + 700 * KIB;
    faulty.badTo = faulty.badFrom + 1;
    List<Chunk> reply = read(0, 0, 4 * MIB);
    assertThat(shape(reply.subList(reply.size() - 2, reply.size())))
        .isEqualTo("data 2048+512, error 5 at 2560.");
    assertThat(shape(read(0, 0, KIB))).isEqualTo("data 0+1.");
  }

  @Test
  void anUnfragmentedReadThatFailsIsPaddedWithZerosBeforeItsError() throws IOException {
    byte[] data = write(0, 4 * MIB);
    faulty.badFrom = MIB + 1;
    faulty.badTo = MIB + 2;
    List<Chunk> reply = read(DF, 0, 4 * MIB);
    assertThat(shape(reply)).isEqualTo("data 0+4096, error 5 at 1024.");
    Arrays.fill(data, MIB, 4 * MIB, (byte) 0);
    assertThat(reply.getFirst().data()).isEqualTo(data);
  }

  @Test
  void aFailedChangeIsAnErrorChunk() throws IOException {
    faulty.badFrom = 0;
    faulty.badTo = 1;
    client.write(0, 1, 0, new byte[10]);
    Chunk chunk = client.only();
    assertThat(chunk.type()).isEqualTo(ChunkClient.ERROR);
    assertThat(chunk.error()).isEqualTo(5);
    client.write(0, 2, 0, new byte[3 * MIB]);
    assertThat(client.only().error()).isEqualTo(5);
  }

  /// Replies get shorter and longer than was thought, so that what is behind them has to move.
  @Test
  void repliesOfOneBatchKeepTheirDataWhateverBecomesOfTheOthers() throws IOException {
    byte[] data = write(0, MIB);
    faulty.badFrom = 300 * KIB;
    faulty.badTo = 400 * KIB;
    var random = new Random(3);
    var all = ByteBuffer.allocate(64 << 10);
    int[] offsets = new int[200];
    int[] lengths = new int[200];
    for (int i = 0; i < 200; i++) {
      offsets[i] = random.nextInt(500 * KIB);
      lengths[i] = 1 + random.nextInt(i % 3 == 0 ? 8 * KIB : 40);
      int command = i % 4 == 0 ? 3 : i % 7 == 0 ? 99 : READ;
      lengths[i] = command == READ ? lengths[i] : -command;
      all.put(
          client
              .header(0, command, i, command == READ ? offsets[i] : 0, Math.max(0, lengths[i]))
              .flip());
    }
    client.raw.send(all);
    for (int i = 0; i < 200; i++) {
      Chunk chunk = client.only();
      assertThat(chunk.cookie()).isEqualTo(i);
      boolean bad = offsets[i] < faulty.badTo && faulty.badFrom < offsets[i] + lengths[i];
      int error = lengths[i] == -99 ? 22 : lengths[i] > 0 && bad ? 5 : 0;
      assertThat(chunk.error()).isEqualTo(error);
      if (lengths[i] > 0 && error == 0) {
        assertThat(chunk.data())
            .isEqualTo(Arrays.copyOfRange(data, offsets[i], offsets[i] + lengths[i]));
      }
    }
  }
}
