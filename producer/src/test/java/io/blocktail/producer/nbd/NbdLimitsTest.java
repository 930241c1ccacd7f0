package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What clients may take: the limits' bounds, and that each holds.
@Timeout(30)
class NbdLimitsTest {
  private static final int SIZE = 8 << 20;
  private static final int EINVAL = 22;

  @TempDir Path directory;

  private static NbdLimits limits(int maxRequest, int maxInFlight, Duration keepalive) {
    return new NbdLimits(
        9, Duration.ofSeconds(9), maxRequest, maxInFlight, keepalive, Duration.ofSeconds(1));
  }

  @Test
  void theStandardIsThis() {
    assertThat(new NbdLimits())
        .isEqualTo(
            new NbdLimits(
                64,
                Duration.ofSeconds(10),
                32 << 20,
                1024,
                Duration.ofMinutes(1),
                Duration.ofSeconds(1)));
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    Duration one = Duration.ofSeconds(1);
    Duration minute = Duration.ofMinutes(1);
    assertThatThrownBy(() -> new NbdLimits(0, one, 1 << 20, 1, minute, one))
        .hasMessage("at most 0 NBD connections: must be at least 1");
    assertThatThrownBy(() -> new NbdLimits(1, Duration.ZERO, 1 << 20, 1, minute, one))
        .hasMessage("an NBD handshake timeout of PT0S: must be positive");
    for (int bad : new int[] {0, 4096, (1 << 20) + 1, (32 << 20) + 4096}) {
      assertThatThrownBy(() -> limits(bad, 1, minute))
          .hasMessage(
              "NBD requests of at most %d bytes: must be whole blocks of 4096, from 1048576 to 33554432",
              bad);
    }
    for (int bad : new int[] {0, 1025}) {
      assertThatThrownBy(() -> limits(1 << 20, bad, minute))
          .hasMessage("at most %d NBD requests in flight: must be 1 to 1024", bad);
    }
    for (Duration bad : List.of(Duration.ofMillis(3999), Duration.ofHours(3))) {
      assertThatThrownBy(() -> limits(1 << 20, 1, bad))
          .hasMessage("an NBD keepalive of %s: must be PT4S to PT2H", bad);
    }
    for (Duration bad : List.of(Duration.ZERO, Duration.ofSeconds(11))) {
      assertThatThrownBy(() -> new NbdLimits(1, one, 1 << 20, 1, minute, bad))
          .hasMessage("an NBD farewell of %s: must be positive and at most PT10S", bad);
    }
  }

  @Test
  void requestsBeyondTheLimitAreRefusedInFrame() throws IOException {
    var limits = limits(1 << 20, 1024, Duration.ofMinutes(1));
    try (var served =
            new ServedFile(directory, ServedFile.file(directory, SIZE), TlsPolicy.NONE, limits);
        var client = served.client()) {
      client.write(0, 1, 0, new byte[(1 << 20) + 1]);
      assertThat(client.reply(0).error()).isEqualTo(EINVAL);
      client.write(0, 2, 0, new byte[4 << 20]);
      assertThat(client.reply(0).error()).isEqualTo(EINVAL);
      client.request(0, 0, 3, 0, (1 << 20) + 1);
      assertThat(client.reply(0).error()).isEqualTo(EINVAL);
      client.write(0, 4, 0, new byte[1 << 20]);
      assertThat(client.reply(0).error()).isZero();
      client.request(0, 6, 5, 0, SIZE); // zeros carry no data
      assertThat(client.reply(0).error()).isZero();
    }
  }

  @Test
  void limitOfRequestsIsAdvertised() throws IOException {
    var limits = limits(2 << 20, 1024, Duration.ofMinutes(1));
    try (var served =
            new ServedFile(directory, ServedFile.file(directory, SIZE), TlsPolicy.NONE, limits);
        var client = RawClient.tcp(served.server.port()).greet(RawClient.FLAGS)) {
      client.option(6, RawClient.infoRequest("demo", 3));
      client.optionReply();
      assertThat(ByteBuffer.wrap(client.optionReply().data()).getInt(10)).isEqualTo(2 << 20);
    }
  }

  @Test
  void moreRequestsThanMayBeInFlightAreDoneInTurn() throws Exception {
    var device = new RecordingDevice(ServedFile.file(directory, SIZE));
    var gate = new CountDownLatch(1);
    var limits = limits(1 << 20, 4, Duration.ofMinutes(1));
    try (var served = new ServedFile(directory, device, TlsPolicy.NONE, limits);
        var client = served.client()) {
      device.gate = gate;
      client.request(0, 0, 0, 0, 1);
      ServedFile.await(() -> !device.batches.isEmpty());
      for (int i = 1; i <= 10; i++) {
        client.request(0, 0, i, i, 1);
      }
      gate.countDown();
      for (int i = 0; i <= 10; i++) {
        assertThat(client.reply(1).cookie()).isEqualTo(i);
      }
    }
    assertThat(device.batches).extracting(List::size).containsExactly(1, 4, 4, 2);
  }

  /// The system's own time is two hours, in which a client whose machine died keeps its place.
  @Test
  void deadTcpClientIsFoundOutInTwiceTheKeepalive() throws IOException {
    var limits = limits(1 << 20, 1, Duration.ofSeconds(20));
    var config = new NbdConfig("127.0.0.1", 0, null, TlsPolicy.NONE, limits, false);
    try (Listener listener = Listener.tcp(config);
        var _ = SocketChannel.open(new InetSocketAddress("127.0.0.1", listener.port()))) {
      listener.accept((client, _) -> {
        assertThat(client.getOption(StandardSocketOptions.SO_KEEPALIVE)).isTrue();
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPIDLE)).isEqualTo(20);
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPINTERVAL)).isEqualTo(5);
        assertThat(client.getOption(ExtendedSocketOptions.TCP_KEEPCOUNT)).isEqualTo(4);
        return false;
      });
    }
  }
}
