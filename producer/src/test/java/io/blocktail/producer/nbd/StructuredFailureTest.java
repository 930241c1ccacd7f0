package io.blocktail.producer.nbd;

import static io.blocktail.producer.nbd.ChunkClient.shape;
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

/// Structured replies to what fails, rule by rule. The export is 40 MiB of holes to begin with.
@Timeout(20)
class StructuredFailureTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int SIZE = 40 * MIB;
  private static final int READ = 0;
  private static final int DF = 4;

  @TempDir Path directory;
  private ServedFile served;
  private FaultyDevice faulty;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    faulty = new FaultyDevice(ServedFile.file(directory, SIZE));
    faulty.zero(0, SIZE);
    served = new ServedFile(directory, faulty);
    client = ChunkClient.structured(served);
    client.go("demo");
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  @Test
  void aReadThatFailsTellsWhereAndItsNeighboursAreServed() throws IOException {
    byte[] data = client.writeRandom(0, 16 * KIB);
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
    byte[] data = client.writeRandom(0, 8 * KIB);
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
    client.writeRandom(0, 64 * KIB);
    client.writeRandom(256 * KIB, 64 * KIB);
    faulty.badFrom = 0;
    faulty.badTo = 1;
    assertThat(shape(client.read(0, 0, 320 * KIB)))
        .isEqualTo("error 5 at 0, hole 64+192, data 256+64.");
  }

  @Test
  void aLongReadThatFailsEndsWithAnErrorAndTheConnectionLives() throws IOException {
    client.writeRandom(0, 4 * MIB);
    faulty.badFrom = 2 * MIB + 700 * KIB;
    faulty.badTo = faulty.badFrom + 1;
    List<Chunk> reply = client.read(0, 0, 4 * MIB);
    assertThat(shape(reply.subList(reply.size() - 2, reply.size())))
        .isEqualTo("data 2048+512, error 5 at 2560.");
    assertThat(shape(client.read(0, 0, KIB))).isEqualTo("data 0+1.");
  }

  @Test
  void anUnfragmentedReadThatFailsIsPaddedWithZerosBeforeItsError() throws IOException {
    byte[] data = client.writeRandom(0, 4 * MIB);
    faulty.badFrom = MIB + 1;
    faulty.badTo = MIB + 2;
    List<Chunk> reply = client.read(DF, 0, 4 * MIB);
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
    byte[] data = client.writeRandom(0, MIB);
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
