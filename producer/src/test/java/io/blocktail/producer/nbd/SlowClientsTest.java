package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A client that does not take part holds up itself alone: others read and write the very same
/// blocks meanwhile.
@Timeout(60)
class SlowClientsTest {
  private static final int SIZE = 8 << 20;

  @TempDir Path directory;

  private ServedFile serve(boolean tls) throws IOException {
    TlsPolicy policy = tls ? ServedFile.tls(TlsMode.REQUIRED, true) : TlsPolicy.NONE;
    return new ServedFile(
        directory,
        ServedFile.file(directory, SIZE),
        policy,
        ServedFile.limits(64, Duration.ofSeconds(30)));
  }

  private static RawClient client(ServedFile served, boolean tls) throws IOException {
    return tls ? served.tlsClient() : served.client();
  }

  private static void assertOthersGoOn(ServedFile served, boolean tls) throws IOException {
    try (RawClient other = client(served, tls)) {
      for (int i = 1; i < 100; i++) {
        other.write(1, i, 0, new byte[] {(byte) i});
        assertThat(other.reply(0).error()).isZero();
        assertThat(other.readBack(0, 1)).containsExactly(i);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatTakesNoReplies(boolean tls) throws Exception {
    try (ServedFile served = serve(tls);
        RawClient slow = client(served, tls)) {
      for (int i = 0; i < 64; i++) {
        slow.request(0, 0, i, 0, 4 << 20); // far more than sockets hold
      }
      assertThat(slow.reply(4 << 20).error()).isZero();
      assertOthersGoOn(served, tls);
      ServedFile.await(() -> served.server.connections() == 1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatSendsHalfAHeader(boolean tls) throws Exception {
    try (ServedFile served = serve(tls);
        RawClient slow = client(served, tls)) {
      slow.send(RawClient.header(0, 1, 1, 0, 512).limit(13).position(13));
      assertOthersGoOn(served, tls);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4096, 1 << 20, 8 << 20})
  void clientThatSendsHalfOfAWritesData(int length) throws Exception {
    try (ServedFile served = serve(false);
        RawClient slow = client(served, false)) {
      slow.send(RawClient.header(0, 1, 1, 0, length));
      slow.send(ByteBuffer.allocate(length / 2).position(length / 2));
      assertOthersGoOn(served, false);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientsThatStopInTheHandshake(boolean tls) throws Exception {
    try (ServedFile served = serve(tls);
        RawClient silent = RawClient.tcp(served.server.port());
        RawClient greeted = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS);
        RawClient between = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS)) {
      between.option(5);
      assertThat(between.optionReply().option()).isEqualTo(5);
      silent.read(1);
      greeted.optionHeader(7, 100);
      assertOthersGoOn(served, tls);
    }
  }

  /// The record's header and nothing of what it announces.
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 1000})
  void clientThatSendsPartOfATlsRecord(int bytes) throws Exception {
    try (ServedFile served = serve(true);
        RawClient slow = client(served, true)) {
      var record = ByteBuffer.allocate(2000).put((byte) 23).putShort((short) 0x0303);
      slow.sendInTheOpen(record.putShort((short) 1995).limit(bytes).position(bytes));
      assertOthersGoOn(served, true);
      ServedFile.await(() -> served.server.connections() == 1);
    }
  }
}
