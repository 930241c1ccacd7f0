package io.blocktail.producer;

import io.blocktail.producer.capture.CannotGrow;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.journal.Journal;
import io.blocktail.producer.publish.KafkaChangeTopic;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.producer.publish.Publisher;
import io.blocktail.producer.resync.KafkaResyncRequests;
import io.blocktail.producer.resync.ResyncResponder;
import io.blocktail.producer.scan.Scanner;
import io.blocktail.producer.scrub.Scrubber;
import io.blocktail.producer.scrub.Verifier;
import io.blocktail.volume.Geometry;
import io.quarkus.runtime.configuration.MemorySize;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A volume that was opened, with the parts that work on it, each in its thread. What goes wrong
/// with one of them stops this volume and no other.
final class RunningVolume {
  private static final Logger LOG = Logger.getLogger(RunningVolume.class);

  /// How long a stop waits for what was captured to reach Kafka, and for a thread.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// How soon the checkpoints' thread sees that it is to end.
  private static final Duration LOOK = Duration.ofMillis(100);

  private final SourceVolume volume;
  private final String file;
  private final boolean configuredReadOnly;
  private final ProducerConfig.Capture capture;
  private final CountingDevice device;
  private final Publisher publisher;
  private final Verifier verifier;

  /// Null where NBD clients write.
  private final @Nullable Scanner scanner;

  private final ResyncResponder responder;
  private final long checkpointInterval;
  private final ProducerConfig.Journal journalPolicy;
  private final CountDownLatch stopping = new CountDownLatch(1);

  private long lastCheckpoint = System.nanoTime();
  private boolean pressed;
  private volatile long drainUntil;
  private List<StepThread> threads = List.of();

  /// @param file where the volume's bytes are, for people
  /// @param readOnly whether the configuration lets clients only read
  /// @param observation null where NBD clients write
  RunningVolume(
      SourceVolume volume,
      String file,
      boolean readOnly,
      ProducerConfig config,
      KafkaClients kafka,
      @Nullable Observation observation)
      throws IOException {
    this.volume = volume;
    this.file = file;
    this.configuredReadOnly = readOnly;
    this.capture = observation == null ? ProducerConfig.Capture.NBD : observation.capture();
    this.device = new CountingDevice(volume.device());
    this.checkpointInterval = config.checkpointInterval().toNanos();
    this.journalPolicy = config.journal();
    this.publisher =
        new Publisher(
            volume,
            new KafkaChangeTopic(
                volume.name(), kafka.topics(), kafka.settings(), kafka.admin(), kafka.setup()),
            kafka.topics().changes(volume.name()),
            config.publish().interval(),
            System::nanoTime);
    MessageTopic digests = kafka.messages(kafka.topics().digests());
    this.scanner = observation == null ? null : observation.scanner(volume, digests);
    this.verifier =
        scanner != null
            ? scanner
            : new Scrubber(
                volume, digests, config.scrub().period(), Clock.systemUTC(), System::nanoTime);
    this.responder =
        new ResyncResponder(
            volume,
            new KafkaResyncRequests(volume.name(), kafka.topics(), kafka.settings()),
            verifier::markAgain,
            scanner == null,
            config.resync().rate().stream().mapToLong(MemorySize::asLongValue).findFirst(),
            System::nanoTime);
  }

  void start() {
    threads =
        List.of(
            part("checkpoint", this::checkpoint, this::awaitCheckpoint, () -> true),
            part("publisher", publisher::step, publisher::pause, this::isDrained),
            part("scrubber", this::verify, verifier::pause, () -> true),
            part("resync", this::respond, responder::pause, () -> true));
  }

  private StepThread part(String what, BooleanSupplier step, Runnable pause, BooleanSupplier done) {
    return StepThread.start(what + "-" + volume.name(), step, pause, done, this::failed);
  }

  private boolean verify() {
    boolean worked = verifier.step();
    return scanner == null ? worked : answer(scanner) || worked;
  }

  /// In the scanner's thread, so that no scan opens its gap in the middle of it.
  private boolean answer(Scanner scanner) {
    return !scanner.isOpen() && responder.step();
  }

  private boolean respond() {
    return scanner == null && responder.step();
  }

  private void failed(Throwable mistake) {
    LOG.errorf(mistake, "volume %s: a part has failed", volume.name());
    volume.stop(mistake);
  }

  /// When it is time, or sooner when the journal fills. As long as writers wait it is always time:
  /// a checkpoint that ran beside what filled the journal may have come too early to free anything.
  private boolean checkpoint() {
    boolean due =
        volume.journal().blocked()
            || volume.state() instanceof SourceState.Overflow
            || System.nanoTime() - lastCheckpoint >= checkpointInterval;
    if ((due || pressed) && !isStopped()) {
      lastCheckpoint = System.nanoTime();
      pressed = false;
      try {
        boolean _ = volume.checkpoint();
        if (scanner == null) {
          chooseWay(); // a scan waits: there is no writer to be kept going
        }
      } catch (IOException e) {
        volume.stop(e);
      }
    }
    return false;
  }

  /// Past the journal when writers have waited for room too long; back when half of it is free.
  private void chooseWay() throws IOException {
    Journal journal = volume.journal();
    if (volume.state() instanceof SourceState.Overflow) {
      if (journal.usedBytes() * 2 <= journal.limitBytes()) {
        volume.endOverflow();
        LOG.infof(
            "volume %s: the journal has room again; %d chunks that were changed meanwhile are sent",
            volume.name(), volume.dirtyChunks());
      }
    } else if (journalPolicy.whenFull() == ProducerConfig.WhenFull.OVERFLOW
        && journal.blockedFor().compareTo(journalPolicy.overflowAfter()) > 0) {
      volume.beginOverflow();
      LOG.warnf(
          "volume %s: the journal is full, and Kafka has taken nothing for %s: changes go past it",
          volume.name(), journalPolicy.overflowAfter());
    }
  }

  private boolean isStopped() {
    return volume.state() instanceof SourceState.Stopped;
  }

  /// In short turns, so that a stop need not wait for the interval.
  private void awaitCheckpoint() {
    if (!isStopped()) {
      pressed = volume.journal().awaitPressure(LOOK);
      return;
    }
    try {
      boolean _ = stopping.await(LOOK.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts this thread: it may be inside a file", e);
    }
  }

  private boolean isDrained() {
    return publisher.isDrained() || publisher.isStopped() || System.nanoTime() - drainUntil > 0;
  }

  SourceVolume volume() {
    return volume;
  }

  /// What clients use.
  CountingDevice device() {
    return device;
  }

  String file() {
    return file;
  }

  /// Makes the volume larger; see [SourceVolume#grow].
  void grow(long size) throws IOException {
    if (scanner != null) {
      throw new CannotGrow(
          "volume %s has the size of what it is read from: %s".formatted(volume.name(), file));
    }
    Geometry before = volume.ownership().geometry();
    volume.grow(size);
    if (!volume.ownership().geometry().equals(before)) {
      verifier.grown(before.chunks() - 1);
    }
  }

  /// Whether clients may only read.
  boolean readOnly() {
    return configuredReadOnly || volume.readOnly().isOn();
  }

  ProducerConfig.Capture capture() {
    return capture;
  }

  /// Null where NBD clients write.
  @Nullable Scanner scanner() {
    return scanner;
  }

  Verifier verifier() {
    return verifier;
  }

  /// What is in the way of its parts now; null when nothing is known to be.
  @Nullable String trouble() {
    String publishing = publisher.trouble();
    if (publishing != null) {
      return publishing;
    }
    String digests = verifier.trouble();
    if (digests != null) {
      return scanner != null
          ? digests
          : "its digests cannot be told, so nothing can be verified: " + digests;
    }
    String requests = responder.trouble();
    return requests == null
        ? null
        : "requests to send again cannot be read, so nothing heals: " + requests;
  }

  Progress progress() {
    return Progress.of(volume);
  }

  /// Ends all parts, in an order in which what was captured still can be published, and gives the
  /// files back. No client is served any more.
  void stop() {
    if (volume.state() instanceof SourceState.Blocked()) {
      volume.stop("the producer stops while the journal is full and writers wait");
    }
    drainUntil = System.nanoTime() + PATIENCE.toNanos();
    stopping.countDown();
    verifier.stop("the producer was stopped");
    // Those that append end before the one that publishes what they have appended, and that one
    // before the one that makes room.
    for (StepThread thread : threads.reversed()) {
      if (!end(thread)) {
        LOG.errorf("volume %s: a thread does not end; its files stay open", volume.name());
        return;
      }
    }
    publisher.close();
    responder.close();
    try (volume) {
      if (scanner != null) {
        scanner.close();
      }
    } catch (IOException e) {
      LOG.errorf(e, "volume %s was not closed cleanly", volume.name());
    }
  }

  /// One that waits for room in the journal is let go by stopping the volume: nothing is lost, the
  /// next start recovers.
  private boolean end(StepThread thread) {
    thread.end();
    if (thread.join(PATIENCE.multipliedBy(2))) {
      return true;
    }
    volume.stop("the producer stops, and a part of it waits in vain");
    return thread.join(PATIENCE);
  }
}
