package io.blocktail.producer.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.producer.SimulatedSource;
import io.blocktail.producer.publish.TopicUnavailable;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResyncResponderTest {
  private static final int CHUNKS = 4;
  private static final long SIZE = (long) CHUNKS * Geometry.DEFAULT_CHUNK;
  private static final TargetName REPLICA = new TargetName("replica-a");

  private final Topic topic = new Topic();
  private final List<String> marked = new ArrayList<>();
  private final Random random = new Random(1);
  private SimulatedSource source;
  private ResyncResponder responder;

  /// The requests in memory.
  private static final class Topic implements ResyncRequests {
    private final List<byte[]> records = new ArrayList<>();
    private int next;
    private long committed = -1;
    private boolean away;

    @Override
    public List<Received> poll() throws TopicUnavailable {
      check();
      var received = new ArrayList<Received>();
      for (; next < records.size(); next++) {
        received.add(new Received(next, records.get(next)));
      }
      return received;
    }

    @Override
    public void commit(long offset) throws TopicUnavailable {
      check();
      committed = offset;
    }

    private void check() throws TopicUnavailable {
      if (away) {
        throw new TopicUnavailable("simulated");
      }
    }

    @Override
    public void close() {
      next = (int) committed + 1;
    }
  }

  @BeforeEach
  void open() throws IOException {
    source = new SimulatedSource(SIZE);
    var content = new byte[Geometry.DEFAULT_CHUNK / 2];
    for (int chunk = 0; chunk < CHUNKS; chunk++) {
      random.nextBytes(content);
      source.write((long) chunk * Geometry.DEFAULT_CHUNK + 8192, content);
    }
    source.publish();
    responder = responder(OptionalLong.empty());
  }

  private ResyncResponder responder(OptionalLong rate) {
    return new ResyncResponder(
        source.volume,
        topic,
        (chunks, pass) -> marked.add(chunks + "@" + pass),
        rate,
        () -> source.nanos);
  }

  private void ask(
      String id, @Nullable TargetName target, @Nullable List<ChunkRun> chunks, long pass) {
    ask(id, source.volume.name().value(), id(), target, chunks, pass);
  }

  private String id() {
    return source.volume.ownership().volume().toString();
  }

  private void ask(
      String id,
      String volume,
      @Nullable String volumeId,
      @Nullable TargetName target,
      @Nullable List<ChunkRun> chunks,
      long pass) {
    topic.records.add(
        new Messages<>(ResyncRequest.class)
            .encode(
                ResyncRequest.newBuilder()
                    .setId(id)
                    .setVolume(volume)
                    .setVolumeId(volumeId)
                    .setTarget(target == null ? null : target.value())
                    .setChunks(chunks)
                    .setPass(pass)
                    .setReason("test")
                    .setAt(1)
                    .build()));
  }

  private static List<ChunkRun> chunks(int first, int count) {
    return List.of(new ChunkRun(first, count));
  }

  /// Until nothing is left to do.
  private void answer() {
    for (int quiet = 0; quiet < 3; ) {
      quiet = responder.step() ? 0 : quiet + 1;
      source.publish();
      source.nanos += Duration.ofSeconds(2).toNanos();
    }
  }

  private List<Event> since(long sequence) {
    return source.events().stream().filter(event -> event.sequence() > sequence).toList();
  }

  private List<Event> gaps(long since) {
    return since(since).stream().filter(event -> event.body() instanceof Body.Gap).toList();
  }

  /// What a target has that takes only the BASE of one gap, and then the whole content is compared.
  private byte[] based(long gap) {
    var content = new byte[(int) SIZE];
    for (Event event : source.events()) {
      if (event.body() instanceof Body.Base base && base.gap() == gap) {
        SimulatedSource.apply(base, content);
      }
    }
    return content;
  }

  @Test
  void aRequestIsAnsweredByAGapItsContentAndItsEnd() throws IOException {
    long before = source.volume.journal().appended();
    ask("r1", REPLICA, null, 0);
    answer();
    List<Event> events = since(before);
    var gap = (Body.Gap) events.getFirst().body();
    long name = events.getFirst().sequence();
    assertThat(gap.target()).isEqualTo(REPLICA);
    assertThat(gap.chunks()).isEqualTo(ChunkSet.all(source.volume.ownership().geometry()));
    assertThat(gap.ownership()).isEqualTo(source.volume.ownership());
    assertThat(events.getLast().body()).isEqualTo(new Body.Whole(name, REPLICA));
    assertThat(events).allSatisfy(e -> assertThat(e.origin()).isEqualTo("resync r1"));
    assertThat(Arrays.equals(based(name), source.content())).isTrue();
    assertThat(topic.committed).isZero();
  }

  @Test
  void onlyTheChunksThatWereAskedForAreSent() {
    long before = source.volume.journal().appended();
    ask("r1", REPLICA, chunks(1, 2), 0);
    answer();
    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Base)
        .allSatisfy(event ->
            assertThat(((Body.Base) event.body()).offset()).isBetween(1L << 20, (3L << 20) - 1));
  }

  @Test
  void writesDuringAResyncMakeTheSameContentInStreamOrder() throws IOException {
    long before = source.volume.journal().appended();
    ask("r1", null, null, 0);
    var written = new byte[5000];
    for (int i = 0; i < 20; i++) {
      responder.step();
      random.nextBytes(written);
      source.write(random.nextLong(SIZE - written.length), written);
      source.publish();
    }
    answer();
    var content = new byte[(int) SIZE];
    random.nextBytes(content);
    for (Event event : since(before)) {
      if (event.body() instanceof Body.Content change) {
        SimulatedSource.apply(change, content);
      }
    }
    assertThat(Arrays.equals(content, source.content())).isTrue();
  }

  @Test
  void aRequestIsCommittedOnlyWhenTheEndOfItsGapIsPublished() {
    ask("r1", REPLICA, chunks(0, 1), 0);
    for (int i = 0; i < 50; i++) {
      responder.step();
    }
    assertThat(topic.committed).isEqualTo(-1);
    answer();
    assertThat(topic.committed).isZero();
  }

  @Test
  void aRequestThatWasNotDoneBeforeARestartGetsANewGap() throws IOException {
    ask("r1", REPLICA, null, 0);
    for (int i = 0; i < 3; i++) {
      responder.step();
    }
    source.restart();
    responder.close();
    responder = responder(OptionalLong.empty());
    answer();
    List<Event> gaps = gaps(0);
    assertThat(gaps).hasSize(2);
    assertThat(Arrays.equals(based(gaps.getLast().sequence()), source.content())).isTrue();
    assertThat(topic.committed).isZero();
  }

  @Test
  void requestsOfOtherVolumesNeedNoAnswer() {
    long before = source.volume.journal().appended();
    ask("r1", "other", null, REPLICA, null, 0);
    ask("r2", "demo", "00000000-0000-0001-0000-000000000002", REPLICA, null, 0);
    answer();
    assertThat(source.volume.journal().appended()).isEqualTo(before);
    assertThat(topic.committed).isEqualTo(1);
  }

  @Test
  void aTargetThatKnowsNoUuidYetIsAnswered() {
    long before = source.volume.journal().appended();
    ask("r1", "demo", null, REPLICA, null, 0);
    answer();
    assertThat(gaps(before)).hasSize(1);
  }

  @Test
  void requestsThatCannotBeAnsweredAreRefusedAndTheNextIsAnswered() {
    long before = source.volume.journal().appended();
    ask("r1", REPLICA, chunks(3, 2), 0);
    ask("r2", REPLICA, chunks(-1, 2), 0);
    ask("r4", REPLICA, chunks(0, Integer.MAX_VALUE), 0);
    topic.records.add(new byte[] {1, 2, 3});
    ask("x".repeat(2000), REPLICA, null, 0);
    ask("good", REPLICA, chunks(3, 1), 0);
    answer();
    assertThat(gaps(before)).extracting(Event::origin).containsExactly("resync good");
    assertThat(topic.committed).isEqualTo(5);
  }

  @Test
  void whoAsksForNoChunkGetsAnEventWithTheOwnIdAlthoughALaterRequestHasMore() {
    long before = source.volume.journal().appended();
    ask("mark", REPLICA, List.of(), 0);
    ask("all", REPLICA, null, 0);
    answer();
    assertThat(gaps(before)).extracting(Event::origin).containsExactly("resync mark", "resync all");
    assertThat(since(before).get(1).body()).isEqualTo(new Body.Whole(before + 1, REPLICA));
    assertThat(topic.committed).isEqualTo(1);
  }

  @Test
  void aRequestThatALaterOneCoversIsAnsweredWithIt() {
    long before = source.volume.journal().appended();
    ask("a1", REPLICA, chunks(1, 1), 0);
    ask("b1", new TargetName("replica-b"), null, 0);
    ask("a2", REPLICA, null, 0);
    answer();
    assertThat(gaps(before)).extracting(Event::origin).containsExactly("resync b1", "resync a2");
    assertThat(topic.committed).isEqualTo(2);
  }

  @Test
  void theChunksOfAScrubPassAreMarkedAgain() {
    ask("r1", REPLICA, chunks(1, 2), 9);
    answer();
    assertThat(marked).containsExactly("1-2@9");
  }

  @Test
  void aRottenChunkIsLeftOut() throws IOException {
    long before = source.volume.journal().appended();
    ask("r1", REPLICA, null, 5);
    answer();
    source.flip(2 << 20);
    ask("r2", REPLICA, null, 5);
    before = source.volume.journal().appended();
    answer();
    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Base)
        .extracting(event -> ((Body.Base) event.body()).offset() >> 20)
        .doesNotContain(2L)
        .contains(0L, 1L, 3L);
    assertThat(since(before).getLast().body()).isInstanceOf(Body.Whole.class);
    assertThat(marked.getLast()).isEqualTo("0-1,3@5");
  }

  @Test
  void theRateIsKept() {
    responder = responder(OptionalLong.of(Geometry.DEFAULT_CHUNK));
    ask("r1", REPLICA, null, 0);
    long start = source.nanos;
    while (topic.committed < 0) {
      responder.step();
      source.publish();
      source.nanos += Duration.ofMillis(10).toNanos();
    }
    assertThat(Duration.ofNanos(source.nanos - start))
        .isBetween(Duration.ofMillis(3900), Duration.ofMillis(4500));
  }

  @Test
  void kafkaAwayIsWaitedFor() {
    long before = source.volume.journal().appended();
    ask("r1", REPLICA, null, 0);
    topic.away = true;
    answer();
    assertThat(gaps(before)).isEmpty();
    topic.away = false;
    source.nanos += Duration.ofSeconds(2).toNanos();
    answer();
    assertThat(gaps(before)).hasSize(1);
  }

  @Test
  void theContentThatAVolumeStartsWithIsSentInTheGapOfItsFirstEvent() throws IOException {
    startWithContent();
    answer();
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).isZero();
    assertThat(((Body.Epoch) source.events().getFirst().body()).open())
        .isEqualTo(ChunkSet.all(source.volume.ownership().geometry()));
    assertThat(source.events().getLast().body()).isEqualTo(new Body.Whole(1, null));
    assertThat(Arrays.equals(based(1), source.content())).isTrue();
    assertThat(gaps(0)).isEmpty();
  }

  @Test
  void aRestartInsideTheFirstGapOpensANewOneOverAll() throws IOException {
    startWithContent();
    responder.step();
    responder.step();
    source.publish();
    source.restart();
    responder = responder(OptionalLong.empty());
    answer();
    source.volume.checkpoint();
    assertThat(source.volume.dirtyChunks()).isZero();
    assertThat(gaps(0)).hasSize(1);
    long gap = gaps(0).getFirst().sequence();
    assertThat(Arrays.equals(based(gap), source.content())).isTrue();
    assertThat(source.events().getLast().body()).isEqualTo(new Body.Whole(gap, null));
  }

  private void startWithContent() throws IOException {
    var content = new byte[(int) SIZE];
    random.nextBytes(content);
    Arrays.fill(content, 0, 2 << 20, (byte) 0);
    source = new SimulatedSource(SIZE, content, device -> device);
    responder = responder(OptionalLong.empty());
  }
}
