package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.RecordingDevice.Asked;
import io.blocktail.volume.Request.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Requests and replies, rule by rule.
@Timeout(20)
class TransmissionTest {
  private static final int SIZE = 40 << 20;
  private static final int READ = 0;
  private static final int WRITE = 1;
  private static final int FLUSH = 3;
  private static final int TRIM = 4;
  private static final int WRITE_ZEROES = 6;
  private static final int FUA = 1;

  @TempDir Path directory;
  private ServedFile served;
  private RawClient client;
  private RecordingDevice device;

  @BeforeEach
  void connect() throws IOException {
    device = new RecordingDevice(ServedFile.file(directory, SIZE));
    served = new ServedFile(directory, device);
    client = served.client();
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private static byte[] random(int length) {
    var data = new byte[length];
    new Random(length).nextBytes(data);
    return data;
  }

  private void assertStillServes() throws IOException {
    client.request(0, READ, 4711, 0, 512);
    RawClient.Reply reply = client.reply(512);
    assertThat(reply.error()).isZero();
    assertThat(reply.cookie()).isEqualTo(4711);
  }

  private void assertReply(int error, long cookie) throws IOException {
    RawClient.Reply reply = client.reply(0);
    assertThat(reply.error()).isEqualTo(error);
    assertThat(reply.cookie()).isEqualTo(cookie);
  }

  @Test
  void unalignedDataIsReadBackAndIsInTheFile() throws IOException {
    byte[] data = random(12_345);
    client.write(0, 1, 777, data);
    assertReply(0, 1);
    assertThat(client.readBack(777, data.length)).isEqualTo(data);
    assertThat(Arrays.copyOfRange(Files.readAllBytes(served.file), 777, 777 + data.length))
        .isEqualTo(data);
  }

  @Test
  void requestsThatArriveTogetherAreOneBatch() throws IOException {
    var all = ByteBuffer.allocate(100 * (28 + 512));
    for (int i = 0; i < 100; i++) {
      all.put(RawClient.header(0, WRITE, i, i * 512L, 512).flip()).put(random(512));
    }
    device.gate = new CountDownLatch(1);
    client.request(0, FLUSH, 1000, 0, 0); // its batch waits while the others arrive
    client.send(all);
    device.gate.countDown();
    assertReply(0, 1000);
    for (int i = 0; i < 100; i++) {
      assertReply(0, i);
    }
    assertThat(device.batches.size()).isLessThan(100);
    assertThat(device.all()).hasSize(101);
    assertThat(device.all())
        .extracting(Asked::origin)
        .allMatch(o -> o.startsWith("nbd 127.0.0.1:"));
  }

  @Test
  void requestThatArrivesByteByByteIsServed() throws IOException {
    byte[] data = random(100);
    var request = ByteBuffer.allocate(128);
    request.put(RawClient.header(0, WRITE, 5, 50, 100).flip()).put(data);
    for (byte b : request.array()) {
      client.send(ByteBuffer.allocate(1).put(b));
    }
    assertReply(0, 5);
    assertThat(client.readBack(50, 100)).isEqualTo(data);
  }

  @ParameterizedTest(name = "flags {0} command {1} offset {2} length {3} gives error {4}")
  @CsvSource({
    "0, 0, 41943040, 1, 22",
    "0, 0, 41943039, 2, 22",
    "0, 0, -1, 1, 22",
    "0, 0, -9223372036854775808, 4096, 22",
    "0, 0, 9223372036854775807, 4096, 22",
    "0, 0, 0, 0, 22",
    "0, 0, 0, 33554433, 22",
    "0, 0, 0, 4294967295, 22",
    "2, 0, 0, 512, 22",
    "4, 0, 0, 512, 22",
    "0, 3, 1, 0, 22",
    "0, 3, 0, 1, 22",
    "32768, 3, 0, 0, 22",
    "0, 4, 41943040, 512, 22",
    "0, 4, 0, 0, 22",
    "2, 4, 0, 512, 22",
    "0, 6, 41943040, 512, 28",
    "0, 6, 0, 4294967295, 28",
    "0, 6, 0, 0, 22",
    "32, 6, 0, 512, 22",
    "0, 5, 41943040, 512, 22",
    "2, 5, 0, 512, 22",
    "0, 7, 0, 512, 22",
    "0, 99, 0, 512, 22",
    "1, 65535, 0, 4294967295, 22",
  })
  void badRequestIsRefusedAndTheConnectionLives(
      int flags, int command, long offset, long length, int error) throws IOException {
    client.request(flags, command, 8, offset, length);
    assertReply(error, 8);
    assertStillServes();
    assertThat(device.all()).hasSize(1);
  }

  @ParameterizedTest(name = "flags {0} offset {1} length {2} gives error {3}")
  @CsvSource({
    "0, 41943040, 512, 28",
    "0, 41943039, 2, 28",
    "0, -5, 100000, 28",
    "0, 41943000, 3000000, 28",
    "2, 0, 512, 22",
    "0, 0, 0, 22",
    "0, 0, 33554433, 22",
    "0, 0, 70000000, 22",
  })
  void badWriteIsRefusedAfterItsPayloadWasTaken(int flags, long offset, int length, int error)
      throws IOException {
    client.request(flags, WRITE, 8, offset, length);
    client.send(ByteBuffer.allocate(length).position(length));
    assertReply(error, 8);
    assertStillServes();
    assertThat(device.all()).extracting(Asked::operation).containsExactly(Operation.READ);
  }

  @Test
  void badMagicEndsTheConnection() throws IOException {
    client.send(ByteBuffer.allocate(28).putInt(0x12345678).position(28));
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void requestsBeforeABadMagicAreAnswered() throws IOException {
    var both = ByteBuffer.allocate(56).put(RawClient.header(0, FLUSH, 3, 0, 0).flip());
    client.send(both.putInt(42).position(56));
    assertReply(0, 3);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void disconnectComesAfterTheAnswersAndHasNone() throws IOException {
    var both = ByteBuffer.allocate(56).put(RawClient.header(0, FLUSH, 3, 0, 0).flip());
    client.send(both.put(RawClient.header(0, 2, 4, 0, 0).flip()));
    assertReply(0, 3);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void endOfRequestsComesAfterTheAnswers() throws IOException {
    client.write(0, 3, 0, random(512));
    client.endOfRequests();
    assertReply(0, 3);
    assertThat(client.isClosed()).isTrue();
  }

  @Test
  void zeroesAndTrimReadAsZeros() throws IOException {
    client.write(0, 1, 0, random(16384));
    client.request(2, WRITE_ZEROES, 2, 0, 4096);
    client.request(0, WRITE_ZEROES, 3, 4096, 4096);
    client.request(0, TRIM, 4, 8192, 4096);
    for (int i = 1; i <= 4; i++) {
      assertReply(0, i);
    }
    byte[] read = client.readBack(0, 16384);
    assertThat(Arrays.copyOf(read, 12288)).containsOnly(0);
    assertThat(Arrays.copyOfRange(read, 12288, 16384))
        .isEqualTo(Arrays.copyOfRange(random(16384), 12288, 16384));
  }

  @Test
  void wholeDeviceIsZeroedByOneRequest() throws IOException {
    client.request(FUA, WRITE_ZEROES, 1, 0, SIZE);
    assertReply(0, 1);
    assertThat(device.all())
        .singleElement()
        .extracting(Asked::length, Asked::durable)
        .containsExactly((long) SIZE, true);
  }

  @Test
  void fuaMakesChangesDurableAndIsAllowedEverywhere() throws IOException {
    client.write(FUA, 1, 0, random(512));
    client.request(FUA, TRIM, 2, 0, 512);
    client.request(FUA, READ, 3, 0, 512);
    client.request(FUA, FLUSH, 4, 0, 0);
    assertReply(0, 1);
    assertReply(0, 2);
    assertThat(client.reply(512).error()).isZero();
    assertReply(0, 4);
    assertThat(device.all()).extracting(Asked::durable).containsExactly(true, true, false, true);
  }

  @Test
  void manyReadsThatDoNotFitOneAnswerAreAllAnswered() throws IOException {
    byte[] data = random(8 << 20);
    for (int at = 0; at < data.length; at += 1 << 20) {
      client.write(0, 1, at, Arrays.copyOfRange(data, at, at + (1 << 20)));
      assertReply(0, 1);
    }
    var all = ByteBuffer.allocate(64 * 28);
    for (int i = 0; i < 64; i++) {
      all.put(RawClient.header(0, READ, i, i * (128L << 10), 128 << 10).flip());
    }
    client.send(all);
    for (int i = 0; i < 64; i++) {
      RawClient.Reply reply = client.reply(128 << 10);
      assertThat(reply.cookie()).isEqualTo(i);
      assertThat(reply.data()).isEqualTo(Arrays.copyOfRange(data, i << 17, (i + 1) << 17));
    }
  }

  @Test
  void moreRequestsThanABatchHoldsAreAllAnswered() throws IOException {
    var all = ByteBuffer.allocate(3000 * 28);
    for (int i = 0; i < 3000; i++) {
      all.put(RawClient.header(0, 99, i, 0, 0).flip());
    }
    client.send(all);
    for (int i = 0; i < 3000; i++) {
      assertReply(22, i);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1179621", "4097, 1179621", "0, 33554432", "524288, 2097152", "12345, 20000001"})
  void largeWriteIsCutAtChangesAndReadBack(long offset, int length) throws IOException {
    byte[] data = random(length);
    client.write(FUA, 1, offset, data);
    assertReply(0, 1);
    long end = offset + length;
    assertThat(device.all())
        .allSatisfy(piece -> {
          assertThat(piece.operation()).isEqualTo(Operation.WRITE);
          assertThat(piece.length()).isBetween(1L, 512L << 10);
          assertThat(piece.offset() == offset || piece.offset() % (512 << 10) == 0).isTrue();
          assertThat(piece.durable()).isEqualTo(piece.offset() + piece.length() == end);
        });
    assertThat(device.all().stream().mapToLong(Asked::length).sum()).isEqualTo(length);
    assertThat(client.readBack(offset, length)).isEqualTo(data);
    assertStillServes();
  }

  @Test
  void largeAndSmallRequestsInTurnKeepTheirPlaces() throws IOException {
    byte[] large = random(3_000_000);
    byte[] small = random(1000);
    var all = ByteBuffer.allocate(2 * 28 + 3 * 28 + large.length + 2 * small.length);
    all.put(RawClient.header(0, WRITE, 1, 0, small.length).flip()).put(small);
    all.put(RawClient.header(0, WRITE, 2, 5000, large.length).flip()).put(large);
    all.put(RawClient.header(0, READ, 3, 5000, large.length).flip());
    all.put(RawClient.header(0, WRITE, 4, 5000, small.length).flip()).put(small);
    all.put(RawClient.header(0, READ, 5, 5000, small.length).flip());
    Thread sender = Thread.ofVirtual().start(() -> sendAll(all));
    assertReply(0, 1);
    assertReply(0, 2);
    assertThat(client.reply(large.length).data()).isEqualTo(large);
    assertReply(0, 4);
    assertThat(client.reply(small.length).error()).isZero();
    assertThat(client.readBack(5000, small.length)).isEqualTo(small);
    assertThat(sender.isAlive()).isFalse();
  }

  private void sendAll(ByteBuffer data) {
    try {
      client.send(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void severalConnectionsSeeEachOthersWrites() throws IOException {
    try (RawClient other = RawClient.unix(served.socket)) {
      assertThat(other.go("")).isEqualTo(SIZE);
      client.write(0, 1, 4096, random(4096));
      assertReply(0, 1);
      assertThat(other.readBack(4096, 4096)).isEqualTo(random(4096));
      assertThat(device.all().getLast().origin()).isEqualTo("nbd unix#1");
    }
  }
}
