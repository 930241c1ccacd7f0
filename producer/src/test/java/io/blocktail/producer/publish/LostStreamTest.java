package io.blocktail.producer.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.resync.ResyncRequests;
import io.blocktail.producer.resync.ResyncResponder;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Promises "Order" and "No silent loss": what a topic has lost, and the journal has no more, is
/// told by a gap that follows on what is left, and sent as content.
class LostStreamTest {
  private static final int CHUNKS = 12;
  private static final long SIZE = (long) CHUNKS * Geometry.DEFAULT_CHUNK;
  private static final int SEGMENTS = 6;

  private static final ResyncRequests NO_REQUESTS =
      new ResyncRequests() {
        @Override
        public List<Received> poll() {
          return List.of();
        }

        @Override
        public void commit(long offset) {}

        @Override
        public void close() {}
      };

  private final Random random = new Random(1);
  private final SimulatedTopic topic = new SimulatedTopic(random);
  private SimulatedDisk files = new SimulatedDisk();
  private SimulatedDisk devices = new SimulatedDisk();
  private SourceVolume volume;
  private Publisher publisher;
  private ResyncResponder responder;
  private long nanos;

  @BeforeEach
  void open() throws IOException {
    volume = SourceVolumes.openSmall(files, devices, SIZE, SEGMENTS);
    publisher = new Publisher(volume, topic, "changes", Duration.ofMillis(5), () -> nanos);
    responder =
        new ResyncResponder(
            volume, NO_REQUESTS, (chunks, pass) -> {}, OptionalLong.empty(), () -> nanos);
  }

  /// As after `kill -9`.
  private void restart() throws IOException {
    topic.clientDied();
    files = files.copy();
    devices = devices.copy();
    open();
  }

  /// Half of each of the chunks.
  private void write(int from, int to) throws IOException {
    var data = new byte[Geometry.DEFAULT_CHUNK / 2];
    for (int chunk = from; chunk < to; chunk++) {
      random.nextBytes(data);
      volume.device().write(ByteBuffer.wrap(data), (long) chunk * Geometry.DEFAULT_CHUNK);
      run();
    }
  }

  /// Everything that is to be sent is sent.
  private void run() throws IOException {
    for (int i = 0; i < 20_000 && !(publisher.isDrained() && responder.isIdle()); i++) {
      boolean worked = publisher.step() | (hasRoom() && responder.step()) | volume.checkpoint();
      if (!worked) {
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
    assertThat(volume.state()).isEqualTo(new SourceState.Serving());
    assertThat(publisher.isDrained()).isTrue();
    volume.checkpoint();
  }

  /// For a chunk: nobody else is there to make room while somebody waits for it.
  private boolean hasRoom() {
    long free = volume.journal().limitBytes() - volume.journal().usedBytes();
    return free > 3L * Geometry.DEFAULT_CHUNK;
  }

  private void look() throws IOException {
    nanos += Duration.ofSeconds(11).toNanos();
    publisher.step();
    run();
  }

  private List<Event> stream() {
    return StreamOf.eventsWithoutHole(topic.records());
  }

  private byte[] replayed() {
    var content = new byte[(int) SIZE];
    for (Event event : stream()) {
      if (event.body() instanceof Body.Content change) {
        ByteBuffer data = change.content();
        for (int i = 0; i < change.length(); i++) {
          content[(int) change.offset() + i] = data == null ? 0 : data.get(data.position() + i);
        }
      }
    }
    return content;
  }

  private byte[] device() throws IOException {
    return devices.contentOf("volume");
  }

  private Event gap() {
    return stream().stream()
        .filter(event -> event.body() instanceof Body.Gap)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aTailThatTheJournalHasNoMoreIsSentAsContent() throws IOException {
    write(0, CHUNKS);
    topic.loseTail(9);
    look();
    assertThat(gap().previous()).as("the last event that is left").isEqualTo(4);
    assertThat(gap().body())
        .isEqualTo(
            new Body.Gap(null, new ChunkSet(List.of(new ChunkSet.Run(3, 9))), volume.ownership()));
    assertThat(replayed()).isEqualTo(device());
    assertThat(volume.dirtyChunks()).isZero();
  }

  @Test
  void writesGoOnMeanwhile() throws IOException {
    write(0, CHUNKS);
    topic.loseTail(9);
    nanos += Duration.ofSeconds(11).toNanos();
    for (int i = 0; i < 40; i++) {
      publisher.step();
      nanos += Duration.ofMillis(50).toNanos();
      volume.device().write(ByteBuffer.wrap(new byte[] {(byte) i}), i * 200_000L);
    }
    run();
    assertThat(replayed()).isEqualTo(device());
  }

  @Test
  void aTopicThatWasMadeAgainBeginsAnewWithItsOwner() throws IOException {
    write(0, CHUNKS);
    topic.makeAgain();
    look();
    assertThat(stream().getFirst().body())
        .isEqualTo(new Body.Epoch(volume.ownership(), ChunkSet.all(volume.ownership().geometry())));
    assertThat(stream().getFirst().sequence()).isGreaterThan(CHUNKS);
    assertThat(replayed()).isEqualTo(device());
  }

  @Test
  void aLossThatIsFoundAtTheStartIsMendedToo() throws IOException {
    write(0, CHUNKS);
    topic.loseTail(9);
    restart();
    run();
    assertThat(gap().previous()).isEqualTo(4);
    assertThat(replayed()).isEqualTo(device());
  }

  @Test
  void aKillBeforeTheGapIsPublishedOpensAnother() throws IOException {
    write(0, CHUNKS);
    topic.loseTail(9);
    volume.goOnBehind(4);
    restart();
    run();
    assertThat(replayed()).isEqualTo(device());
  }

  @Test
  void lostMarkersAloneAreToldByAnEmptyGap() throws IOException {
    write(0, 2);
    for (int i = 0; i < 30; i++) {
      volume.device().append(new Body.Bookmark("b".repeat(200) + i), "test");
    }
    run();
    long name = volume.goOnBehind(volume.journal().appended() - 20);
    run();
    assertThat(name).isEqualTo(volume.journal().appended() - 1);
    assertThat(volume.dirtyChunks()).isZero();
  }

  @Test
  void inAnOverflowThereIsOneGapForBoth() throws IOException {
    write(0, CHUNKS);
    volume.beginOverflow();
    volume.device().write(ByteBuffer.wrap(new byte[] {7}), 0);
    topic.loseTail(9);
    nanos += Duration.ofSeconds(11).toNanos();
    for (int i = 0; i < 200; i++) {
      publisher.step();
      nanos += Duration.ofMillis(50).toNanos();
    }
    assertThat(volume.state()).isEqualTo(new SourceState.Overflow());
    volume.endOverflow();
    run();
    assertThat(replayed()).isEqualTo(device());
  }
}
