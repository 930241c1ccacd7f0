package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.InvalidEventException;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.capture.StreamPosition;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Order and Durable under everything that a topic and a restart can do.
class PublisherSimulationTest {
  private static final long SIZE = 1 << 20;
  private static final int STEPS = 300;

  @Test
  void theStreamHasEveryEventOnceUnderFaultsAndRestartsBetweenAnyTwoSteps() throws IOException {
    long first = Long.getLong("suite.seed", 1);
    int runs = Integer.getInteger("suite.runs", Long.getLong("suite.seed") == null ? 30 : 1);
    for (long seed = first; seed < first + runs; seed++) {
      try {
        new Run(seed).go();
      } catch (Exception | AssertionError e) {
        throw new AssertionError("-Dsuite.seed=" + seed, e);
      }
    }
  }

  private static final class Run {
    private final Random random;
    private final SimulatedTopic topic;
    private SimulatedDisk files = new SimulatedDisk();
    private SimulatedDisk devices = new SimulatedDisk();
    private SourceVolume volume;
    private Publisher publisher;
    private long nanos;

    Run(long seed) throws IOException {
      random = new Random(seed);
      topic = new SimulatedTopic(random).faults(true);
      volume = SourceVolumes.open(files, devices, SIZE);
      publisher = publisher();
    }

    private Publisher publisher() {
      return new Publisher(volume, topic, "changes", Duration.ofMillis(5), () -> nanos);
    }

    void go() throws IOException {
      for (int i = 0; i < STEPS; i++) {
        switch (random.nextInt(20)) {
          case 0 -> restart();
          case 1 -> volume.checkpoint();
          case 2 -> topic.away(random.nextInt(4) == 0);
          case 3, 4, 5, 6, 7 -> write();
          case 8 -> nanos += Duration.ofSeconds(random.nextInt(20)).toNanos();
          default -> {
            publisher.step();
            nanos += random.nextInt(10_000_000);
          }
        }
        assertWhatIsSaidIsTrue();
      }
      settle();
    }

    private void write() throws IOException {
      int blocks = 1 + random.nextInt(3);
      var data = ByteBuffer.allocateDirect(blocks * Geometry.BLOCK).putInt(0, random.nextInt());
      volume.device().write(data, (long) random.nextInt(200) * Geometry.BLOCK);
    }

    private void restart() throws IOException {
      topic.clientDied();
      files = files.copy();
      devices = devices.copy();
      volume = SourceVolumes.open(files, devices, SIZE);
      publisher = publisher();
    }

    private void assertWhatIsSaidIsTrue() {
      assertThat(volume.state()).isEqualTo(new SourceState.Serving());
      StreamPosition said = volume.published().orElse(null);
      if (said != null && said.sequence() > 0) {
        List<Event> events = StreamOf.events(topic.records().subList(0, (int) said.offset() + 1));
        assertThat(events.getLast().sequence()).isEqualTo(said.sequence());
        assertThat(said.sequence()).isLessThanOrEqualTo(volume.journal().forced());
      }
    }

    private void settle() throws IOException {
      topic.faults(false).away(false);
      topic.settleLate();
      for (int i = 0; i < 10_000 && !publisher.isDrained(); i++) {
        publisher.step();
        nanos += 10_000_000;
      }
      nanos += Duration.ofSeconds(11).toNanos();
      for (int i = 0; i < 1_000; i++) {
        publisher.step();
        nanos += 10_000_000;
      }
      assertThat(publisher.isDrained()).isTrue();
      List<Event> events = StreamOf.events(topic.records());
      StreamOf.assertDense(events, volume.journal().appended());
      assertEqualToTheJournal(events);
    }

    private void assertEqualToTheJournal(List<Event> events) throws IOException {
      try (var reader = volume.journal().reader(1)) {
        for (Event event : events) {
          var record = reader.next();
          assertThat(record).isNotNull();
          Event own;
          try {
            own = EventCodec.decode(record.body());
          } catch (InvalidEventException e) {
            throw new AssertionError(e);
          }
          assertThat(own).isEqualTo(event);
        }
      }
    }
  }
}
