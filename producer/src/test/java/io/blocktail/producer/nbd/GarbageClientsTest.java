package io.blocktail.producer.nbd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.FileDevice;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Clients that send anything at all, while a good one works: noise, or a valid session with some
/// bytes changed, with an end or broken off.
@Timeout(180)
class GarbageClientsTest {
  private static final int SIZE = 8 << 20;
  private static final int RUNS = Integer.getInteger("suite.runs", 1000);
  private static final long SEED = Long.getLong("suite.seed", System.nanoTime());

  @TempDir Path directory;

  @Test
  void goodClientIsServedAndNothingLeaksWhileGarbageArrives() throws Exception {
    try (var served = new ServedFile(directory, SIZE);
        var victim = FileDevice.create(directory.resolve("victim.img"), 1 << 20)) {
      served.exports.add(new VolumeName("victim"), victim, "for those who send garbage");
      long memory = directMemory();
      var stop = new AtomicBoolean();
      var trouble = new AtomicReference<@Nullable Throwable>();
      var rounds = new AtomicLong();
      Thread good = Thread.ofPlatform().start(() -> work(served, stop, rounds, trouble));
      for (int run = 0; run < RUNS; run++) {
        sendGarbage(served, SEED + run);
      }
      long before = rounds.get();
      ServedFile.await(() -> rounds.get() > before || !good.isAlive());
      stop.set(true);
      good.join();
      assertThat(rounds.get()).as("rounds since the last garbage").isGreaterThan(before);
      assertThat(trouble.get()).as("-Dsuite.seed=%d", SEED).isNull();
      ServedFile.await(() -> served.server.connections() == 0);
      assertThat(served.server.buffers()).isLessThanOrEqualTo(64);
      assertThat(directMemory() - memory)
          .isLessThan(served.server.buffers() * 2L * Buffers.SIZE + (4 << 20));
      served.exports.remove(new VolumeName("victim"));
      try (RawClient after = served.client()) {
        assertThat(after.readBack(0, 512)).hasSize(512);
      }
    }
  }

  private static long directMemory() {
    return ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
        .filter(pool -> pool.getName().equals("direct"))
        .findFirst()
        .orElseThrow()
        .getMemoryUsed();
  }

  /// Writes and reads back on one connection until told to stop.
  private static void work(
      ServedFile served,
      AtomicBoolean stop,
      AtomicLong rounds,
      AtomicReference<@Nullable Throwable> trouble) {
    var random = new Random(SEED);
    try (RawClient client = served.client()) {
      for (long cookie = 0; !stop.get(); cookie++) {
        var data = new byte[1 + random.nextInt(10_000)];
        random.nextBytes(data);
        long offset = random.nextInt(SIZE - data.length);
        client.write(0, cookie, offset, data);
        assertThat(client.reply(0).error()).isZero();
        assertThat(client.readBack(offset, data.length)).isEqualTo(data);
        rounds.incrementAndGet();
      }
    } catch (Throwable e) {
      trouble.set(e);
    }
  }

  private static void sendGarbage(ServedFile served, long seed) throws Exception {
    var random = new Random(seed);
    byte[] garbage = random.nextBoolean() ? noise(random) : mutatedSession(random);
    boolean ends = random.nextBoolean();
    try (RawClient client =
        random.nextBoolean()
            ? RawClient.tcp(served.server.port())
            : RawClient.unix(served.socket)) {
      Thread reader = Thread.ofPlatform().start(client::drain);
      try {
        client.send(ByteBuffer.wrap(garbage).position(garbage.length));
        if (ends) {
          client.endOfRequests();
          reader.join();
        }
      } catch (IOException e) {
        // the server has closed the connection already, as it may
      }
    }
  }

  private static byte[] noise(Random random) {
    var noise = new byte[4 + random.nextInt(5000)];
    random.nextBytes(noise);
    if (random.nextBoolean()) {
      ByteBuffer.wrap(noise).putInt(RawClient.FLAGS);
    }
    return noise;
  }

  private static byte[] mutatedSession(Random random) {
    var session = ByteBuffer.allocate(100_000);
    session.putInt(RawClient.FLAGS);
    option(session, 3);
    option(session, 6, RawClient.infoRequest("victim", 1, 2, 3));
    if (random.nextBoolean()) {
      option(session, 7, RawClient.infoRequest("victim", 3));
    } else {
      option(session, 1, "victim".getBytes(UTF_8));
    }
    for (int i = random.nextInt(20); i > 0; i--) {
      int command = random.nextInt(8);
      int length = random.nextInt(4000);
      session.put(
          RawClient.header(random.nextInt(4), command, i, random.nextInt(1 << 20), length).flip());
      if (command == 1) {
        session.position(session.position() + length);
      }
    }
    for (int i = random.nextInt(10); i > 0; i--) {
      session.put(random.nextInt(session.position()), (byte) random.nextInt());
    }
    var bytes = new byte[session.position()];
    session.get(0, bytes);
    return bytes;
  }

  private static void option(ByteBuffer to, int option, byte... data) {
    to.putLong(0x49484156454F5054L).putInt(option).putInt(data.length).put(data);
  }
}
