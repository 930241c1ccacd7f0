package io.blocktail.producer;

import io.blocktail.event.Messages;
import io.blocktail.event.Ownership;
import io.blocktail.event.avro.SourceStatus;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.MessageTopic;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// Tells how the volumes are, once a second and soon after each change of state. What does not
/// arrive is not told again: the next one says more.
final class StatusTeller implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Supplier<Collection<RunningVolume>> volumes;
  private final Queue<String> gone = new ConcurrentLinkedQueue<>();
  private final MessageTopic topic;
  private final Messages<SourceStatus> messages = new Messages<>(SourceStatus.class);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Map<RunningVolume, StateName> told = new HashMap<>();

  private StatusTeller(Supplier<Collection<RunningVolume>> volumes, MessageTopic topic) {
    this.volumes = volumes;
    this.topic = topic;
  }

  static StatusTeller start(Supplier<Collection<RunningVolume>> volumes, MessageTopic topic) {
    var teller = new StatusTeller(volumes, topic);
    Thread.ofPlatform().name("status").daemon().start(teller::run);
    return teller;
  }

  private void run() {
    long due = System.nanoTime();
    do {
      boolean all = System.nanoTime() - due >= 0;
      if (all) {
        due = System.nanoTime() + PERIOD.toNanos();
      }
      Collection<RunningVolume> present = volumes.get();
      told.keySet().retainAll(present);
      for (RunningVolume volume : present) {
        StateName state = StateName.of(volume);
        if (all || !state.equals(told.get(volume))) {
          told.put(volume, state);
          tell(volume, state);
        }
      }
      for (String name = gone.poll(); name != null; name = gone.poll()) {
        topic.erase(name, _ -> {});
      }
    } while (!isStopping());
  }

  private boolean isStopping() {
    try {
      return stopping.await(LOOK.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return true;
    }
  }

  private void tell(RunningVolume running, StateName state) {
    SourceVolume volume = running.volume();
    Ownership ownership = volume.ownership();
    Progress progress = running.progress();
    var status =
        SourceStatus.newBuilder()
            .setVolume(volume.name().value())
            .setVolumeId(ownership.volume().toString())
            .setEpoch(volume.epoch())
            .setState(state.name())
            .setReason(state.reason())
            .setSize(ownership.geometry().size())
            .setChunkSize(ownership.geometry().chunkSize())
            .setSequence(progress.sequence())
            .setForced(progress.forced())
            .setPublished(progress.published())
            .setJournalBytes(volume.journal().usedBytes())
            .setDirtyChunks(volume.dirtyChunks())
            .setAt(ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now()))
            .build();
    topic.send(volume.name().value(), messages.encode(status), _ -> {});
  }

  /// The volume is no more: what was told of it counts no more either.
  void erase(String volume) {
    gone.add(volume);
  }

  @Override
  public void close() {
    stopping.countDown();
  }
}
