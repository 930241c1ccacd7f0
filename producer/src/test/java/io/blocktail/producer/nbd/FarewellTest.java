package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How clients are left when the server stops or an export goes, with TLS and without.
@Timeout(60)
class FarewellTest {
  private static final int SIZE = 8 << 20;
  private static final int ESHUTDOWN = 108;

  @TempDir Path directory;

  private ServedFile serve(boolean tls, RecordingDevice device) throws IOException {
    return serve(tls, device, Connections.PATIENCE);
  }

  private ServedFile serve(boolean tls, RecordingDevice device, Duration farewell)
      throws IOException {
    TlsPolicy policy = tls ? ServedFile.tls(TlsMode.REQUIRED, true) : TlsPolicy.NONE;
    var limits =
        new NbdLimits(64, Duration.ofSeconds(30), 32 << 20, 1024, Duration.ofMinutes(1), farewell);
    return new ServedFile(directory, device, policy, limits);
  }

  private RecordingDevice device() throws IOException {
    return new RecordingDevice(ServedFile.file(directory, SIZE));
  }

  private static RawClient client(ServedFile served, boolean tls) throws IOException {
    return tls ? served.tlsClient() : served.client();
  }

  /// A client that has chosen no export is left at once, whatever else goes on.
  private static RawClient undecided(ServedFile served) throws IOException {
    return RawClient.tcp(served.server.port()).greet(RawClient.FLAGS);
  }

  /// Begins to stop the server; it has told all connections when this returns.
  private static Thread beginStop(ServedFile served, RawClient undecided) throws IOException {
    Thread stop = Thread.ofPlatform().start(() -> close(served.server));
    assertThat(undecided.isClosed()).isTrue();
    int _ = served.server.connections(); // waits until all are told
    return stop;
  }

  private static void close(NbdServer server) {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void whatIsBeingDoneIsAnsweredAndWhatArrivesThenIsRefused(boolean tls) throws Exception {
    RecordingDevice device = device();
    var gate = new CountDownLatch(1);
    try (ServedFile served = serve(tls, device);
        RawClient undecided = undecided(served);
        RawClient client = client(served, tls)) {
      device.gate = gate;
      client.write(0, 1, 0, new byte[] {1, 2, 3});
      ServedFile.await(() -> !device.batches.isEmpty());
      Thread stop = beginStop(served, undecided);
      client.write(0, 2, 0, new byte[] {9, 9, 9});
      client.request(0, 0, 3, 0, 512);
      client.send(RawClient.header(0, 1, 4, 0, 2 << 20));
      gate.countDown();
      client.send(filled(2 << 20));

      assertThat(client.reply(0)).extracting("error", "cookie").containsExactly(0, 1L);
      for (long refused = 2; refused <= 4; refused++) {
        assertThat(client.reply(0))
            .extracting("error", "cookie")
            .containsExactly(ESHUTDOWN, refused);
      }
      client.request(0, 2, 0, 0, 0);
      assertThat(client.isClosed()).isTrue();
      stop.join();
    }
    assertThat(device.all()).hasSize(1);
    assertThat(Files.readAllBytes(directory.resolve("demo.img"))).startsWith(1, 2, 3, 0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void largeWriteThatHasBegunIsTakenToItsEnd(boolean tls) throws Exception {
    RecordingDevice device = device();
    try (ServedFile served = serve(tls, device);
        RawClient undecided = undecided(served);
        RawClient client = client(served, tls)) {
      client.send(RawClient.header(0, 1, 1, 0, 4 << 20));
      client.send(filled(1 << 20));
      ServedFile.await(() -> !device.batches.isEmpty());
      Thread stop = beginStop(served, undecided);
      client.send(filled(3 << 20));

      assertThat(client.reply(0).error()).isZero();
      client.request(0, 2, 0, 0, 0);
      assertThat(client.isClosed()).isTrue();
      stop.join();
    }
    assertThat(Files.readAllBytes(directory.resolve("demo.img"))[(4 << 20) - 1])
        .isEqualTo((byte) 7);
  }

  @Test
  void goodbyeIsSaidInTls() throws Exception {
    try (ServedFile served = serve(true, device(), Duration.ofMillis(300));
        RawClient client = undecided(served)) {
      var context = Certificates.get().context(Certificates.CLIENT);
      client.startTls(context, "TLSv1.2").choose("demo");
      assertThat(client.readBack(0, 1)).containsExactly(0); // it is in transmission
      served.server.close();
      assertThat(client.recordsToTheEnd()).containsExactly(21); // an alert
    }
  }

  private static ByteBuffer filled(int bytes) {
    var data = ByteBuffer.allocate(bytes);
    while (data.hasRemaining()) {
      data.put((byte) 7);
    }
    return data;
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientInTheMiddleOfARequestIsNotWaitedForLong(boolean tls) throws Exception {
    try (ServedFile served = serve(tls, device(), Duration.ofMillis(300));
        RawClient undecided = undecided(served);
        RawClient client = client(served, tls)) {
      client.send(RawClient.header(0, 1, 1, 0, 512).limit(20).position(20));
      long start = System.nanoTime();
      Thread stop = beginStop(served, undecided);
      assertThat(client.isClosed()).isTrue();
      stop.join();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Connections.PATIENCE);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void clientThatGoesOnAskingIsLeft(boolean tls) throws Exception {
    RecordingDevice device = device();
    var gate = new CountDownLatch(1);
    try (ServedFile served = serve(tls, device, Duration.ofMillis(300));
        RawClient undecided = undecided(served);
        RawClient client = client(served, tls)) {
      device.gate = gate;
      client.write(0, 0, 0, new byte[1]);
      ServedFile.await(() -> !device.batches.isEmpty());
      long start = System.nanoTime();
      Thread stop = beginStop(served, undecided);
      gate.countDown();
      assertThat(client.reply(0).error()).isZero();
      int refused = askUntilLeft(client);
      stop.join();
      assertThat(refused).isPositive();
      assertThat(device.all()).hasSize(1);
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Connections.PATIENCE);
    }
  }

  private static int askUntilLeft(RawClient client) {
    int refused = 0;
    try {
      while (true) {
        client.request(0, 0, 1, 0, 1);
        assertThat(client.reply(1).error()).isEqualTo(ESHUTDOWN);
        refused++;
      }
    } catch (IOException e) {
      return refused; // it has been left
    }
  }

  /// Each client writes its own bytes one after the other, and counts those that were acknowledged.
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingThatWasAcknowledgedIsLost(boolean tls) throws Exception {
    int clients = 6;
    var acknowledged = new ArrayList<AtomicInteger>();
    var threads = new ArrayList<Thread>();
    try (ServedFile served = serve(tls, device())) {
      for (int i = 0; i < clients; i++) {
        RawClient client = client(served, tls);
        var count = new AtomicInteger();
        acknowledged.add(count);
        long start = (long) i * (SIZE / clients);
        threads.add(Thread.ofPlatform().start(() -> writeOn(client, start, count)));
      }
      ServedFile.await(() -> acknowledged.stream().allMatch(count -> count.get() > 100));
      served.server.close();
      for (Thread thread : threads) {
        thread.join();
      }
      assertThat(served.server.connections()).isZero();
    }
    assertHolds(Files.readAllBytes(directory.resolve("demo.img")), acknowledged);
  }

  private static void writeOn(RawClient client, long start, AtomicInteger acknowledged) {
    try (client) {
      int sent = 0;
      while (true) {
        for (int i = 0; i < 8; i++) {
          client.write(0, sent, start + sent, new byte[] {1});
          sent++;
        }
        for (int i = 0; i < 8; i++) {
          if (client.reply(0).error() != 0) {
            return;
          }
          acknowledged.incrementAndGet();
        }
      }
    } catch (IOException e) {
      // the server has stopped
    }
  }

  private static void assertHolds(byte[] content, List<AtomicInteger> acknowledged) {
    for (int i = 0; i < acknowledged.size(); i++) {
      int start = i * (SIZE / acknowledged.size());
      for (int at = 0; at < acknowledged.get(i).get(); at++) {
        assertThat(content[start + at]).as("byte %d of client %d", at, i).isEqualTo((byte) 1);
      }
    }
  }
}
