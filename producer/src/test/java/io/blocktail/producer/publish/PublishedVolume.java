package io.blocktail.producer.publish;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Topics;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceSettings;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/// A volume on a real journal that is written to by one thread and published to a real Kafka by
/// another.
final class PublishedVolume implements AutoCloseable {
  private static final int SIZE = 8 << 20;
  private static final int MOST_WRITES = 40_000;

  private final Path file;
  private final KafkaSettings settings;
  private final Topics topics;
  private final Admin client;
  private final SourceVolume volume;
  private final Publisher publisher;
  private final AtomicInteger writes = new AtomicInteger();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final Thread writing;
  private final Thread publishing;
  private volatile boolean enough;
  private volatile boolean closing;

  private PublishedVolume(Path directory, String bootstrap, Topics topics) throws IOException {
    this.topics = topics;
    this.file = directory.resolve("volume.img");
    this.settings = new KafkaSettings(Map.of("bootstrap.servers", bootstrap));
    this.client = Admin.create(settings.admin());
    this.volume =
        SourceVolume.open(
            SourceVolumes.NAME,
            FileDevice.create(file, SIZE),
            FileDisk.open(directory.resolve("state")),
            new SourceSettings("it", 256 << 20, 8 << 20, Clock.systemUTC(), false));
    this.publisher = new Publisher(volume, topic(), "it", Duration.ofMillis(5), System::nanoTime);
    this.writing = Thread.ofPlatform().start(this::write);
    this.publishing = Thread.ofPlatform().start(this::publish);
  }

  /// Makes it, and begins to write and to publish.
  static PublishedVolume start(Path directory, String bootstrap, Topics topics) throws IOException {
    return new PublishedVolume(directory, bootstrap, topics);
  }

  private KafkaChangeTopic topic() {
    LateClient<Admin> admin = LateClient.of(() -> client);
    var setup = new TopicSetup(admin, topics, Optional.empty(), Optional.empty());
    return new KafkaChangeTopic(volume.name(), topics, settings, admin, setup);
  }

  SourceVolume volume() {
    return volume;
  }

  /// Why nothing can be published now.
  @Nullable String trouble() {
    return publisher.trouble();
  }

  private void write() {
    var random = new Random(1);
    try {
      while (!enough && writes.get() < MOST_WRITES) {
        var data = new byte[1 + random.nextInt(12_000)];
        random.nextBytes(data);
        volume.device().write(ByteBuffer.wrap(data), random.nextInt(SIZE - data.length));
        writes.incrementAndGet();
        LockSupport.parkNanos(1_000_000); // a load that the journal has room for meanwhile
      }
    } catch (IOException e) {
      failure.set(e);
    }
  }

  private void publish() {
    while (!closing && !publisher.isStopped() && !(enough && publisher.isDrained())) {
      if (!publisher.step()) {
        publisher.pause();
      }
    }
    publisher.close();
  }

  /// Waits until so many writes more were done.
  void awaitWrites(int more) {
    int goal = writes.get() + more;
    await(() -> writes.get() >= goal || failure.get() != null);
    assertThat(failure).hasNullValue();
  }

  /// Waits until what was captured by now, and some more, is published.
  void awaitPublished(int more) {
    long sequence = volume.journal().appended() + more;
    await(() -> volume.published().isPresent() && volume.published().get().sequence() >= sequence);
  }

  static void await(BooleanSupplier condition) {
    long deadline = System.nanoTime() + Duration.ofSeconds(90).toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(System.nanoTime()).isLessThan(deadline);
      LockSupport.parkNanos(2_000_000);
    }
  }

  /// Ends the writes, and holds the stream against what the volume has.
  void verify() throws Exception {
    enough = true;
    writing.join();
    assertThat(publishing.join(Duration.ofSeconds(60))).isTrue();
    assertThat(failure).hasNullValue();
    var records = new ArrayList<byte[]>();
    try (KafkaChangeTopic topic = topic()) {
      long end = topic.bounds().end();
      for (long next = 0; next < end; ) {
        ChangeTopic.Slice slice = topic.read(next);
        slice.records().forEach(stored -> records.add(requireNonNull(stored.value())));
        next = slice.next();
      }
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

  @Override
  public void close() throws Exception {
    enough = true;
    closing = true;
    writing.join();
    publishing.join();
    client.close(Duration.ZERO);
    volume.close();
  }
}
