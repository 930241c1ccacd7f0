package io.blocktail.producer.publish;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Topics;
import io.blocktail.process.BrokerProcess;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.FileDisk;
import io.blocktail.volume.FileDevice;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The publisher on a real journal and a real broker.
class PublisherIT {
  private static final int SIZE = 8 << 20;

  @TempDir private Path directory;

  @Test
  void aBrokerThatIsKilledUnderLoadLosesNothing() throws Exception {
    Path file = directory.resolve("volume.img");
    try (var broker = BrokerProcess.start(directory.resolve("broker"));
        var volume = open(file)) {
      var settings = new KafkaSettings(Map.of("bootstrap.servers", broker.bootstrap()));
      var topics = new Topics("it");
      try (var client = Admin.create(settings.admin())) {
        LateClient<Admin> admin = LateClient.of(() -> client);
        var setup = new TopicSetup(admin, topics, Optional.empty(), Optional.empty());
        var topic = new KafkaChangeTopic(volume.name(), topics, settings, admin, setup);
        writeAndKill(volume, topic, broker);
        try (var again = new KafkaChangeTopic(volume.name(), topics, settings, admin, setup)) {
          verify(volume, again, file);
        }
      }
    }
  }

  private static SourceVolume open(Path file) throws IOException {
    var settings = new SourceSettings("it", 256 << 20, 8 << 20, Clock.systemUTC(), false);
    return SourceVolume.open(
        SourceVolumes.NAME,
        FileDevice.create(file, SIZE),
        FileDisk.open(file.resolveSibling("state")),
        settings);
  }

  /// One thread writes, one publishes, and this one kills the broker in between.
  private static void writeAndKill(SourceVolume volume, ChangeTopic topic, BrokerProcess broker)
      throws Exception {
    var publisher = new Publisher(volume, topic, "it", Duration.ofMillis(5), System::nanoTime);
    var writes = new AtomicInteger();
    var failure = new AtomicReference<Throwable>();
    var enough = new AtomicBoolean();
    Thread writing = Thread.ofPlatform().start(() -> write(volume, writes, enough, failure));
    Thread publishing =
        Thread.ofPlatform()
            .start(() -> {
              while (!enough.get() || !publisher.isDrained()) {
                if (!publisher.step()) {
                  publisher.pause();
                }
                if (publisher.isStopped()) {
                  return;
                }
              }
              publisher.close();
            });
    for (int kill = 0; kill < 2; kill++) {
      awaitPublished(volume, volume.journal().appended() + 200);
      broker.kill();
      int then = writes.get();
      awaitWrites(writes, then + 200);
      broker.start();
    }
    awaitPublished(volume, volume.journal().appended());
    enough.set(true);
    writing.join();
    assertThat(publishing.join(Duration.ofSeconds(60))).isTrue();
    assertThat(failure).hasNullValue();
    assertThat(volume.state()).isEqualTo(new SourceState.Serving());
  }

  private static void write(
      SourceVolume volume,
      AtomicInteger writes,
      AtomicBoolean enough,
      AtomicReference<Throwable> failure) {
    var random = new Random(1);
    try {
      while (!enough.get() && writes.get() < 20_000) {
        var data = new byte[1 + random.nextInt(12_000)];
        random.nextBytes(data);
        volume.device().write(ByteBuffer.wrap(data), random.nextInt(SIZE - data.length));
        writes.incrementAndGet();
        Thread.sleep(1); // a load that the journal has room for while the broker is away
      }
    } catch (IOException | InterruptedException e) {
      failure.set(e);
    }
  }

  private static void awaitPublished(SourceVolume volume, long sequence) {
    await(() -> volume.published().isPresent() && volume.published().get().sequence() >= sequence);
  }

  private static void awaitWrites(AtomicInteger writes, int count) {
    await(() -> writes.get() >= count);
  }

  private static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  private static void verify(SourceVolume volume, ChangeTopic topic, Path file) throws Exception {
    var records = new ArrayList<byte[]>();
    long end = topic.bounds().end();
    for (long next = 0; next < end; ) {
      ChangeTopic.Slice slice = topic.read(next);
      slice.records().forEach(stored -> records.add(requireNonNull(stored.value())));
      next = slice.next();
    }
    List<Event> events = StreamOf.eventsWithoutHole(records);
    StreamOf.assertDense(events, volume.journal().appended());
    var replayed = new byte[SIZE];
    for (Event event : events) {
      if (event.body() instanceof Body.Content change) {
        assertThat(Geometry.of(SIZE).isChangeExtent(change.offset(), change.length())).isTrue();
        SimulatedSource.apply(change, replayed);
      }
    }
    assertThat(Arrays.equals(replayed, Files.readAllBytes(file))).isTrue();
  }
}
