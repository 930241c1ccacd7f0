package io.blocktail.producer.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// A server that says what it must not say is not believed.
@Timeout(60)
class BrokenServerTest {
  private static final int SIZE = 4 << 20;
  private static final int LENGTH = 8192;
  private static final long OPTION_REPLY = 0x3e889045565a9L;
  private static final int CHUNK = 0x668e33ef;
  private static final short DONE = 1;

  @TempDir Path directory;
  private ServerSocketChannel server;
  private Path socket;

  @BeforeEach
  void listen() throws IOException {
    socket = directory.resolve("socket");
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /// Agrees, and then answers the first request with these bytes.
  private BlockDevice open(ByteBuffer answer) throws IOException {
    serve(agreement(), answer);
    return pulled().open();
  }

  private Pulled pulled() {
    return new Pulled(NbdUri.parse("nbd+unix:///?socket=" + socket), "dirt");
  }

  private void serve(ByteBuffer agreement, ByteBuffer answer) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (SocketChannel client = server.accept()) {
            client.write(agreement);
            var read = ByteBuffer.allocate(1 << 16);
            int handshake = 4 + 16 + contexts() + 16 + 6;
            while (read.position() < handshake + 28 && client.read(read) >= 0) {}
            client.write(answer);
            while (client.read(read.clear()) >= 0) {}
          } catch (IOException e) {
            // the client has had enough
          }
        });
  }

  /// And says nothing more.
  private void serveOnly(ByteBuffer agreement) {
    Thread.ofPlatform()
        .daemon()
        .start(() -> {
          try (SocketChannel client = server.accept()) {
            client.write(agreement);
            client.shutdownOutput();
            var read = ByteBuffer.allocate(1 << 16);
            while (client.read(read.clear()) >= 0) {}
          } catch (IOException e) {
            // the client has had enough
          }
        });
  }

  private static int contexts() {
    return 16 + 8 + 4 + "base:allocation".length() + 4 + "qemu:dirty-bitmap:dirt".length();
  }

  private static ByteBuffer agreement() {
    var bytes = ByteBuffer.allocate(1024);
    bytes.putLong(0x4e42444d41474943L).putLong(0x49484156454F5054L).putShort((short) 3);
    bytes.putLong(OPTION_REPLY).putInt(8).putInt(1).putInt(0);
    context(bytes, 1, "base:allocation");
    context(bytes, 2, "qemu:dirty-bitmap:dirt");
    bytes.putLong(OPTION_REPLY).putInt(10).putInt(1).putInt(0);
    bytes.putLong(OPTION_REPLY).putInt(7).putInt(3).putInt(12);
    bytes.putShort((short) 0).putLong(SIZE).putShort((short) 0);
    bytes.putLong(OPTION_REPLY).putInt(7).putInt(1).putInt(0);
    return bytes.flip();
  }

  private static void context(ByteBuffer bytes, int id, String name) {
    bytes.putLong(OPTION_REPLY).putInt(10).putInt(4).putInt(4 + name.length());
    bytes.putInt(id).put(name.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  /// A chunk of the reply to the first request.
  private static ByteBuffer chunk(int flags, int type, int claimed, ByteBuffer payload) {
    var bytes = ByteBuffer.allocate(20 + payload.remaining());
    bytes.putInt(CHUNK).putShort((short) flags).putShort((short) type).putLong(1).putInt(claimed);
    return bytes.put(payload).flip();
  }

  private static ByteBuffer data(int flags, long offset, int length) {
    return chunk(flags, 1, 8 + length, ByteBuffer.allocate(8 + length).putLong(0, offset));
  }

  private static ByteBuffer both(ByteBuffer one, ByteBuffer other) {
    return ByteBuffer.allocate(one.remaining() + other.remaining()).put(one).put(other).flip();
  }

  static Stream<Arguments> brokenReads() {
    return Stream.of(
        Arguments.of("less", data(DONE, 0, 4096)),
        Arguments.of("what was not asked for", data(DONE, 4096, LENGTH)),
        Arguments.of("twice", both(data(0, 0, LENGTH), data(DONE, 0, 4096))),
        Arguments.of("not asked for", chunk(DONE, 1, Integer.MAX_VALUE, ByteBuffer.allocate(8))),
        Arguments.of("of type 9", chunk(DONE, 9, 100, ByteBuffer.allocate(100))),
        Arguments.of("claims", chunk(DONE, 0x8001, 1 << 30, ByteBuffer.allocate(8))),
        Arguments.of("error 5", chunk(DONE, 0x8001, 6, ByteBuffer.allocate(6).putInt(0, 5))),
        Arguments.of("less", chunk(DONE, 0, 0, ByteBuffer.allocate(0))),
        Arguments.of(
            "not asked for",
            chunk(DONE, 2, 12, ByteBuffer.allocate(12).putLong(0, 0).putInt(8, -1))),
        Arguments.of("no structured reply", ByteBuffer.allocate(20)));
  }

  @ParameterizedTest
  @MethodSource("brokenReads")
  void aBrokenAnswerToAReadIsRefused(String message, ByteBuffer answer) throws IOException {
    try (BlockDevice device = open(answer)) {
      assertThatThrownBy(() -> device.read(ByteBuffer.allocate(LENGTH), 0))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(message);
    }
  }

  static Stream<Arguments> brokenExtents() {
    return Stream.of(
        Arguments.of(
            "no extent", chunk(DONE, 5, 12, ByteBuffer.allocate(12).putInt(0, 9).putInt(4, 1))),
        Arguments.of("empty extent", chunk(DONE, 5, 12, ByteBuffer.allocate(12).putInt(0, 2))),
        Arguments.of("with 11 bytes", chunk(DONE, 5, 11, ByteBuffer.allocate(11))));
  }

  @ParameterizedTest
  @MethodSource("brokenExtents")
  void aBrokenAnswerToAQuestionForExtentsIsRefused(String message, ByteBuffer answer)
      throws IOException {
    serve(agreement(), answer);
    Pulled pulled = pulled();
    try (BlockDevice _ = pulled.open()) {
      assertThatThrownBy(() -> pulled.dirty(Geometry.of(SIZE)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(message);
    }
  }

  @Test
  void aSoundAnswerIsTaken() throws IOException {
    try (BlockDevice device = open(both(data(0, 4096, 4096), data(DONE, 0, 4096)))) {
      ByteBuffer read = ByteBuffer.allocate(LENGTH);
      device.read(read, 0);
      assertThat(read.hasRemaining()).isFalse();
    }
  }

  @Test
  void garbageInsteadOfAnAgreementIsRefused() throws Exception {
    var random = new Random(Long.getLong("suite.seed", System.nanoTime()));
    for (int i = 0; i < 50; i++) {
      ByteBuffer garbled = agreement();
      for (int j = 0; j < 3; j++) {
        garbled.put(random.nextInt(garbled.limit()), (byte) random.nextInt());
      }
      serveOnly(garbled);
      try (BlockDevice device = pulled().open()) {
        assertThat(device.size()).as("what was garbled did no harm").isNotNegative();
      } catch (IOException e) {
        assertThat(e).hasMessageContaining("nbd+unix");
      }
    }
  }
}
