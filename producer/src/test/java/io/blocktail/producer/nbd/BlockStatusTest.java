package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.ChunkClient.Chunk;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// BLOCK_STATUS, rule by rule. Of 16 MiB of holes the second is data. The export's past is in
/// pieces of 64 KiB.
@Timeout(20)
class BlockStatusTest {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int SIZE = 16 * MIB;
  private static final int BLOCK_STATUS = 7;
  private static final int REQ_ONE = 8;

  @TempDir Path directory;
  private ServedFile served;
  private FaultyDevice device;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    device = new FaultyDevice(ServedFile.file(directory, SIZE));
    device.zero(0, SIZE);
    device.write(ByteBuffer.wrap("x".repeat(MIB).getBytes()), MIB);
    served = new ServedFile(directory, device);
    addPast("past", new FakeHistory(64 * KIB, 5, 5, 9, 2));
    client = ChunkClient.structured(served);
  }

  private void addPast(String name, History history) {
    served.exports.add(new VolumeName(name), device, "", false, history);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private void take(String export, String... contexts) throws IOException {
    client.select(export, contexts);
    client.go(export);
  }

  private List<Chunk> ask(int flags, long offset, long length) throws IOException {
    client.request(flags, BLOCK_STATUS, 9, offset, length);
    return client.reply();
  }

  /// As `FLAGS*LENGTH`, lengths in KiB.
  private static List<String> extents(Chunk chunk) {
    assertThat(chunk.type()).isEqualTo(ChunkClient.STATUS);
    assertThat((chunk.payload().limit() - 4) % 8).isZero();
    var extents = new ArrayList<String>();
    for (int at = 4; at < chunk.payload().limit(); at += 8) {
      int length = chunk.payload().getInt(at);
      assertThat(length).isNotZero();
      extents.add(chunk.payload().getInt(at + 4) + "*" + Integer.toUnsignedLong(length) / 1024.0);
    }
    return extents;
  }

  @Test
  void allocationTellsHolesAndData() throws IOException {
    take("demo", "base:allocation");
    Chunk chunk = ask(0, 0, SIZE).getFirst();
    assertThat(chunk.done()).isTrue();
    assertThat(chunk.cookie()).isEqualTo(9);
    assertThat(chunk.payload().getInt(0)).isEqualTo(1);
    assertThat(extents(chunk)).containsExactly("3*1024.0", "0*1024.0", "3*14336.0");
  }

  @Test
  void extentsStartAtTheOffsetAndEndWithTheLength() throws IOException {
    take("demo", "base:allocation");
    assertThat(extents(ask(0, MIB - 512, 1024).getFirst())).containsExactly("3*0.5", "0*0.5");
    assertThat(extents(ask(0, SIZE - 1024, 1024).getFirst())).containsExactly("3*1.0");
  }

  @ParameterizedTest
  @CsvSource({"0, 16777216, 3*1024.0", "1048576, 16, 0*0.015625", "1572864, 4194304, 0*512.0"})
  void oneExtentThatIsNoLongerThanAskedForWhenOneIsAskedFor(long offset, long length, String extent)
      throws IOException {
    take("demo", "base:allocation");
    assertThat(extents(ask(REQ_ONE, offset, length).getFirst())).containsExactly(extent);
  }

  @Test
  void changedSinceTellsWhatHasALaterLastChange() throws IOException {
    take("past", "blocktail:changed-since:4");
    assertThat(extents(ask(0, 32 * KIB, 480 * KIB).getFirst()))
        .containsExactly("1*160.0", "0*64.0", "1*192.0", "0*64.0");
    assertThat(extents(ask(REQ_ONE, 0, SIZE).getFirst())).containsExactly("1*192.0");
  }

  @Test
  void aSequenceItselfIsNotAfterIt() throws IOException {
    take("past", "blocktail:changed-since:9");
    assertThat(extents(ask(0, 0, SIZE).getFirst())).containsExactly("0*16384.0");
  }

  @Test
  void eachSelectedContextHasOneChunkAndTheLastIsDone() throws IOException {
    take("past", "blocktail:changed-since:8", "base:allocation", "blocktail:changed-since:0");
    List<Chunk> reply = ask(0, 0, 2 * MIB);
    assertThat(reply).extracting(c -> c.payload().getInt(0)).containsExactly(1, 2, 3);
    assertThat(reply).extracting(Chunk::done).containsExactly(false, false, true);
    assertThat(extents(reply.get(1))).containsExactly("3*1024.0", "0*1024.0");
    assertThat(extents(reply.get(2))).containsExactly("1*2048.0");
  }

  @Test
  void anAnswerThatWouldBeTooLongIsCutAndTheClientGoesOn() throws IOException {
    addPast("busy", new FakeHistory(512, 0, 1));
    take("busy", "blocktail:changed-since:0");
    List<String> first = extents(ask(0, 0, SIZE).getFirst());
    assertThat(first).hasSize(StatusAnswer.MOST);
    long told = StatusAnswer.MOST * 512L;
    assertThat(extents(ask(0, told, SIZE - told).getFirst())).hasSize(StatusAnswer.MOST);
  }

  @ParameterizedTest(name = "flags {0} offset {1} length {2}")
  @CsvSource({
    "0, 16777216, 1",
    "0, 16777215, 2",
    "0, 0, 0",
    "0, 0, 4294967295",
    "0, -1, 1",
    "4, 0, 512",
    "2, 0, 512",
    "32, 0, 512"
  })
  void aBadQuestionIsInvalidAndTheConnectionLives(int flags, long offset, long length)
      throws IOException {
    take("demo", "base:allocation");
    Chunk refusal = ask(flags, offset, length).getFirst();
    assertThat(refusal.type()).isEqualTo(ChunkClient.ERROR);
    assertThat(refusal.error()).isEqualTo(22);
    assertThat(extents(ask(1, 0, 512).getFirst())).containsExactly("3*0.5");
  }

  @Test
  void withoutAContextTheQuestionIsInvalid() throws IOException {
    client.go("demo");
    assertThat(ask(0, 0, 512).getFirst().error()).isEqualTo(22);
  }

  @Test
  void aDeviceThatFailsIsAnErrorAndNotAnAnswer() throws IOException {
    take("past", "blocktail:changed-since:0", "base:allocation");
    device.badFrom = 0;
    device.badTo = SIZE;
    List<Chunk> reply = ask(0, MIB, MIB);
    assertThat(reply).hasSize(2);
    assertThat(reply.getLast().type()).isEqualTo(ChunkClient.ERROR);
    assertThat(reply.getLast().error()).isEqualTo(5);
  }

  @Test
  void questionsAmongOtherRequestsAreAnsweredWithTheirCookies() throws IOException {
    take("demo", "base:allocation");
    var all = ByteBuffer.allocate(30 * 28);
    for (int i = 0; i < 30; i++) {
      all.put(client.header(0, i % 3 == 0 ? BLOCK_STATUS : 0, i, 0, 512).flip());
    }
    client.raw.send(all);
    for (int i = 0; i < 30; i++) {
      Chunk chunk = client.only();
      assertThat(chunk.cookie()).isEqualTo(i);
      assertThat(chunk.type()).isEqualTo(i % 3 == 0 ? ChunkClient.STATUS : ChunkClient.DATA);
    }
  }

  @Test
  void whatWasJustWrittenIsAllocated() throws IOException {
    take("demo", "base:allocation");
    client.write(0, 1, 4 * MIB, new byte[4096]);
    client.request(0, BLOCK_STATUS, 2, 4 * MIB, 4096);
    assertThat(client.only().error()).isZero();
    assertThat(extents(client.only())).containsExactly("0*4.0");
  }
}
