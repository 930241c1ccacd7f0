package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.EventCodec;
import io.blocktail.event.Ownership;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublisherTest {
  private static final long SIZE = 4 << 20;

  private SimulatedDisk files = new SimulatedDisk();
  private SimulatedDisk devices = new SimulatedDisk();
  private SourceVolume volume;
  private final SimulatedTopic topic = new SimulatedTopic(new Random(1));
  private Publisher publisher;
  private long nanos;

  @BeforeEach
  void open() throws IOException {
    volume = SourceVolumes.open(files, devices, SIZE);
    publisher = publisher();
  }

  private Publisher publisher() {
    return new Publisher(volume, topic, "changes", Duration.ofMillis(5), () -> nanos);
  }

  /// As after `kill -9`.
  private void restart() throws IOException {
    topic.clientDied();
    files = files.copy();
    devices = devices.copy();
    volume = SourceVolumes.open(files, devices, SIZE);
    publisher = publisher();
  }

  private void write(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      var block = ByteBuffer.allocateDirect(Geometry.BLOCK).putInt(0, i + 1);
      volume.device().write(block, (long) (i % 1024) * Geometry.BLOCK);
    }
  }

  private void run() {
    for (int i = 0; i < 10_000 && !publisher.isDrained() && !publisher.isStopped(); i++) {
      if (!publisher.step()) {
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
  }

  private void runDry() {
    run();
    assertThat(volume.state()).isEqualTo(new SourceState.Serving());
    assertThat(publisher.isDrained()).isTrue();
    StreamOf.assertDense(StreamOf.events(topic.records()), volume.journal().appended());
  }

  private String reason() {
    assertThat(publisher.isStopped()).isTrue();
    return ((SourceState.Stopped) volume.state()).reason();
  }

  @Test
  void everyWriteBecomesAnEventOfTheStream() throws IOException {
    write(100);
    runDry();
    assertThat(topic.records().size()).isEqualTo(101);
    assertThat(volume.published().orElseThrow().sequence()).isEqualTo(101);
    assertThat(volume.published().orElseThrow().offset()).isEqualTo(100);
  }

  @Test
  void whatIsCapturedWhilePublishingIsPausedIsPublishedAfterwards() throws IOException {
    write(5);
    runDry();
    volume.pausePublishing(Instant.EPOCH);
    write(10);
    step(1000);
    assertThat(topic.records().size()).isEqualTo(6);
    assertThat(volume.journal().appended()).isEqualTo(16);
    assertThat(publisher.isDrained()).as("a stop need not wait").isTrue();
    volume.resumePublishing();
    assertThat(publisher.isDrained()).isFalse();
    runDry();
    assertThat(topic.records().size()).isEqualTo(16);
  }

  @Test
  void aPauseOutlivesAKilledProcess() throws IOException {
    write(5);
    runDry();
    volume.pausePublishing(Instant.EPOCH);
    write(10);
    restart();
    write(1);
    step(1000);
    assertThat(topic.records().size()).isEqualTo(6);
    assertThat(volume.pause().since()).isEqualTo(Instant.EPOCH);
    volume.resumePublishing();
    restart();
    runDry();
    assertThat(topic.records().size()).isEqualTo(17);
  }

  @Test
  void whatIsUnderWayWhenPublishingIsPausedIsStillAcknowledged() throws IOException {
    write(5);
    while (topic.records().size() < 6) {
      step(1);
    }
    volume.pausePublishing(Instant.EPOCH);
    step(10);
    assertThat(publisher.isDrained()).isTrue();
    assertThat(volume.published().orElseThrow().sequence()).isEqualTo(6);
  }

  private void step(int times) {
    for (int i = 0; i < times; i++) {
      if (!publisher.step()) {
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
  }

  @Test
  void whatIsPublishedWasForcedBefore() throws IOException {
    write(50);
    while (!publisher.isDrained()) {
      publisher.step();
      nanos += 100_000;
      for (Event event : StreamOf.events(topic.records())) {
        assertThat(event.sequence()).isLessThanOrEqualTo(volume.journal().forced());
      }
    }
  }

  @Test
  void aRestartGoesOnBehindTheStreamsEnd() throws IOException {
    write(10);
    runDry();
    volume.checkpoint();
    write(10);
    restart();
    runDry();
    assertThat(topic.records().size()).isEqualTo(21);
  }

  @Test
  void aRestartReadsTheStreamOfAVolumeThatHasGrown() throws IOException {
    write(10);
    runDry();
    volume.grow(SIZE + Geometry.BLOCK);
    volume.device().write(ByteBuffer.allocate(Geometry.BLOCK), SIZE);
    runDry();
    restart();
    assertThat(volume.published()).as("it is read from the beginning").isEmpty();
    runDry();
    assertThat(topic.records().size()).isEqualTo(13);
  }

  @Test
  void aRestartThatForgotWhatWasPublishedReadsTheStream() throws IOException {
    write(10);
    runDry();
    restart();
    write(1);
    runDry();
    assertThat(topic.records().size()).isEqualTo(12);
  }

  @Test
  void writesGoOnWhileKafkaIsAwayAndArePublishedLater() throws IOException {
    topic.away(true);
    write(20);
    for (int i = 0; i < 100; i++) {
      assertThat(publisher.step() && topic.records().isEmpty() && i > 2).isFalse();
      nanos += Duration.ofSeconds(1).toNanos();
    }
    assertThat(publisher.trouble()).contains("cannot be reached");
    topic.away(false);
    runDry();
    assertThat(publisher.trouble()).isNull();
  }

  @Test
  void silenceOfKafkaWhileRecordsAreUnderWayIsSaid() throws IOException {
    write(1);
    runDry();
    topic.away(true);
    write(1);
    for (int i = 0; i < 12; i++) {
      assertThat(publisher.trouble()).isNull();
      publisher.step();
      nanos += Duration.ofSeconds(1).toNanos();
    }
    publisher.step();
    assertThat(publisher.trouble()).isEqualTo("Kafka has acknowledged nothing for 10 s");
    topic.away(false);
    runDry();
    assertThat(publisher.trouble()).isNull();
  }

  /// As with a topic that may be read and not written.
  @Test
  void aTopicThatStoresNothingIsSaidAllTheTime() throws IOException {
    write(1);
    runDry();
    topic.fail(Integer.MAX_VALUE);
    write(1);
    while (publisher.trouble() == null) {
      publisher.step();
      nanos += Duration.ofMillis(5).toNanos();
    }
    for (int i = 0; i < 12_000; i++) {
      publisher.step();
      nanos += Duration.ofMillis(5).toNanos();
      assertThat(publisher.trouble()).contains("simulated: not stored");
    }
    topic.fail(0);
    runDry();
    assertThat(publisher.trouble()).isNull();
  }

  @Test
  void nothingIsSentBehindARecordThatWasNotTaken() throws IOException {
    write(3);
    runDry();
    write(20);
    topic.refuse(1);
    for (int i = 0; i < 3 && publisher.trouble() == null; i++) {
      publisher.step();
      nanos += Duration.ofMillis(5).toNanos();
    }
    assertThat(publisher.trouble()).contains("was not taken");
    runDry();
    StreamOf.assertDense(StreamOf.eventsWithoutHole(topic.records()), 24);
    assertThat(publisher.trouble()).isNull();
  }

  @Test
  void noMoreThanTheWindowIsHeldInMemoryWhileKafkaIsAway() throws IOException {
    write(1);
    runDry();
    topic.away(true);
    var large = ByteBuffer.allocateDirect(Geometry.MAX_CHANGE);
    for (int i = 0; i < 60; i++) {
      volume.device().write(large.clear(), 0);
    }
    int sent = 0;
    for (int i = 0; i < 1000; i++) {
      publisher.step();
      nanos += Duration.ofMillis(5).toNanos();
    }
    sent = topic.inFlight();
    assertThat(sent).isBetween(30, SendWindow.LIMIT / Geometry.MAX_CHANGE + 1);
    topic.away(false);
    runDry();
  }

  @Test
  void aTailThatTheTopicLostIsSentAgain() throws IOException {
    write(10);
    runDry();
    topic.loseTail(4);
    write(1);
    runDry();
    assertThat(volume.published().orElseThrow().offset()).isEqualTo(12);
  }

  /// What Kafka had acknowledged and lost is needed again, although checkpoints go on.
  @Test
  void aLostTailIsKeptInTheJournalUntilItIsSentAgain() throws IOException {
    volume = SourceVolumes.openSmall(new SimulatedDisk(), new SimulatedDisk(), SIZE, 16);
    publisher = publisher();
    write(2500);
    runDry();
    topic.loseTail(2400);
    nanos += Duration.ofSeconds(11).toNanos();
    publisher.step();
    assertThat(publisher.isDrained()).isFalse();
    for (int i = 0; i < 10_000 && !publisher.isDrained(); i++) {
      if (topic.inFlight() > 0) {
        boolean _ = volume.checkpoint();
      }
      if (!publisher.step()) {
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
    runDry();
    assertThat(volume.published().orElseThrow().sequence()).isEqualTo(2501);
  }

  @Test
  void aTailThatTheIdleTopicLostIsFoundAndSentAgain() throws IOException {
    write(10);
    runDry();
    topic.loseTail(4);
    nanos += Duration.ofSeconds(11).toNanos();
    publisher.step();
    assertThat(publisher.isDrained()).isFalse();
    runDry();
  }

  @Test
  void aTailThatWasLostAndOvergrownIsFoundFromTheCheckpoint() throws IOException {
    write(10);
    runDry();
    volume.checkpoint();
    topic.loseTail(5);
    for (int i = 0; i < 8; i++) {
      topic.append(new byte[] {1, 2, 3});
    }
    restart();
    runDry();
  }

  @Test
  void aTopicThatWasMadeAgainGetsTheWholeStream() throws IOException {
    write(10);
    runDry();
    topic.makeAgain();
    nanos += Duration.ofSeconds(11).toNanos();
    publisher.step();
    runDry();
    assertThat(volume.published().orElseThrow().topicId()).isEqualTo("topic-2");
  }

  @Test
  void recordsThatCannotBeBelievedArePassedOver() throws IOException {
    topic.append(new byte[] {1, 2, 3});
    write(5);
    runDry();
    topic.append(new byte[0]);
    write(5);
    runDry();
  }

  @Test
  void anEventOutsideOfTheVolumeIsNotTheStreamsEnd() throws IOException {
    write(5);
    runDry();
    topic.append(framed(new Event(1000, 6, 1, 0, "x", new Body.Zero(SIZE, Geometry.BLOCK))));
    write(5);
    run();
    assertThat(volume.state()).isEqualTo(new SourceState.Serving());
    assertThat(publisher.isDrained()).isTrue();
    assertThat(volume.published().orElseThrow().sequence()).isEqualTo(11);
    assertThat(volume.published().orElseThrow().offset()).isEqualTo(11);
  }

  /// Nobody opened that epoch: to every reader it is a hole.
  @Test
  void anEventOfAnEpochThatNobodyOpenedIsNotTheStreamsEnd() throws IOException {
    write(5);
    runDry();
    topic.append(framed(new Event(7, 6, 2, 0, "x", new Body.Zero(0, Geometry.BLOCK))));
    topic.append(framed(new Event(1000, 6, 9, 0, "x", new Body.Zero(SIZE, Geometry.BLOCK))));
    write(5);
    run();
    assertThat(volume.state()).isEqualTo(new SourceState.Serving());
    assertThat(publisher.isDrained()).isTrue();
    assertThat(volume.published().orElseThrow().sequence()).isEqualTo(11);
  }

  @Test
  void aStreamAheadOfTheJournalStopsTheVolume() throws IOException {
    SimulatedDisk filesThen = files.copy();
    SimulatedDisk devicesThen = devices.copy();
    write(10);
    runDry();
    files = filesThen;
    devices = devicesThen;
    restart();
    run();
    assertThat(reason())
        .contains("the stream in topic changes is ahead of the journal")
        .contains("its last event is 11, the journal's 1")
        .contains("was rolled back");
  }

  @Test
  void aRolledBackSourceThatWroteOnStopsTheVolume() throws IOException {
    SimulatedDisk filesThen = files.copy();
    SimulatedDisk devicesThen = devices.copy();
    write(10);
    runDry();
    files = filesThen;
    devices = devicesThen;
    restart();
    write(20);
    run();
    assertThat(reason())
        .contains("event 11 of the stream in topic changes is not the journal's event 11");
  }

  @Test
  void aHigherEpochStopsTheVolume() throws IOException {
    write(3);
    runDry();
    topic.append(
        framed(new Event(5, 4, 2, 0, "x", new Body.Epoch(volume.ownership(), ChunkSet.EMPTY))));
    write(1);
    run();
    assertThat(reason()).contains("another producer has taken the volume over").contains("epoch 2");
  }

  @Test
  void theStreamOfAnotherVolumeOfThatNameStopsTheVolume() throws IOException {
    var other = new Ownership(new UUID(1, 2), volume.ownership().geometry(), "other");
    topic.append(framed(new Event(1, 0, 1, 0, "x", new Body.Epoch(other, ChunkSet.EMPTY))));
    run();
    assertThat(reason())
        .contains("topic changes holds the stream of another volume of this name")
        .contains(other.volume().toString());
  }

  private static byte[] framed(Event event) {
    var buffer = ByteBuffer.allocate(EventCodec.MAX_HEAD);
    EventCodec.FRAMING.write(buffer);
    EventCodec.encodeHead(event, buffer);
    var record = new byte[buffer.flip().remaining()];
    buffer.get(record);
    return record;
  }
}
