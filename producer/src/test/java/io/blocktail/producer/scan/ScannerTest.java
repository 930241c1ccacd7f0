package io.blocktail.producer.scan;

import static io.blocktail.producer.scan.ScannedSource.CHUNK;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.scrub.Pass;
import io.blocktail.volume.ChunkSet;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Promises "Prefix" and "Convergent", for a volume that somebody else writes.
class ScannerTest {
  private static final int CHUNKS = 4;
  private static final int BLOCK = 4096;

  private final Random random = new Random(1);
  private final ModelTarget target = new ModelTarget("replica-a", CHUNKS * CHUNK);
  private ScannedSource source;

  @BeforeEach
  void open() throws IOException {
    source = new ScannedSource(CHUNKS);
    source.write(CHUNK, bytes(CHUNK / 2));
    source.settle();
  }

  private byte[] bytes(int length) {
    var bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private List<Event> since(long sequence) {
    return source.events().stream().filter(event -> event.sequence() > sequence).toList();
  }

  private void assertTargetHas(byte[] content) {
    target.follow(source.events(), () -> {});
    assertThat(target.consistent()).isTrue();
    assertThat(target.content).isEqualTo(content);
  }

  private Scan last() {
    return source.scanner.log().scans().getFirst();
  }

  @Test
  void theFirstScanBringsAllThatTheFileHolds() throws IOException {
    assertTargetHas(source.content());
    assertThat(last().trigger()).isEqualTo(Trigger.START);
    assertThat(last().state()).isEqualTo(Scan.State.FINISHED);
    assertThat(source.volume.dirtyChunks()).isZero();
  }

  @Test
  void onlyTheBlocksThatDifferArePublished() throws IOException {
    long before = source.volume.journal().appended();
    source.write(2 * CHUNK + 5 * BLOCK + 7, new byte[] {1});
    source.write(2 * CHUNK + 6 * BLOCK, bytes(2 * BLOCK));
    source.write(2 * CHUNK + 20 * BLOCK, bytes(1));

    Scan scan = source.scan();

    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Content)
        .extracting(event -> ((Body.Content) event.body()).offset() - 2L * CHUNK)
        .containsExactly(5L * BLOCK, 20L * BLOCK);
    assertThat(scan.blocks()).isEqualTo(4);
    assertThat(scan.bytes()).isEqualTo(4 * BLOCK);
    assertThat(scan.changedChunks()).isEqualTo(1);
    assertTargetHas(source.content());
  }

  @Test
  void blocksThatBecameZerosAreZeroed() throws IOException {
    long before = source.volume.journal().appended();
    source.write(CHUNK, new byte[8 * BLOCK]);
    Scan scan = source.scan();
    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Content)
        .extracting(Event::body)
        .containsExactly(new Body.Zero(CHUNK, 8 * BLOCK));
    assertThat(scan.bytes()).isZero();
    assertTargetHas(source.content());
  }

  @Test
  void aScanIsAGapFromItsFirstDifferenceToItsEnd() throws IOException {
    long before = source.volume.journal().appended();
    source.write(CHUNK, bytes(BLOCK));
    source.write(3 * CHUNK, bytes(BLOCK));

    Scan scan = source.scan();

    List<Event> events = since(before);
    assertThat(events.getFirst().body()).isInstanceOf(Body.Marker.class); // chunk 0 is as it was
    Event gap = events.get(1);
    assertThat(((Body.Gap) gap.body()).chunks())
        .isEqualTo(new ChunkSet(List.of(new ChunkSet.Run(1, 3))));
    assertThat(((Body.Gap) gap.body()).target()).isNull();
    assertThat(events.getLast().body()).isEqualTo(new Body.Whole(gap.sequence(), null));
    assertThat(events).extracting(Event::origin).containsOnly("scan " + scan.id());
    assertThat(scan.from()).isEqualTo(gap.sequence());
    assertThat(scan.to()).isEqualTo(events.getLast().sequence());
  }

  @Test
  void aTargetIsConsistentOnlyWithWhatOneScanHasSeen() throws IOException {
    byte[] first = source.content();
    target.follow(source.events(), () -> {});
    source.write(CHUNK, bytes(BLOCK));
    source.write(3 * CHUNK, bytes(BLOCK));
    byte[] second = source.content();
    Scan _ = source.scan();
    target.follow(
        source.events(),
        () -> {
          if (target.consistent()) {
            assertThat(target.content).isIn(first, second);
          }
        });
    assertTargetHas(second);
  }

  @Test
  void aScanThatFindsNothingNewOpensNoGapAndProvesEveryChunk() throws IOException {
    long before = source.volume.journal().appended();
    Scan scan = source.scan();
    assertThat(since(before)).hasSize(CHUNKS);
    assertThat(since(before)).allMatch(event -> event.body() instanceof Body.Marker);
    assertThat(scan.from()).isZero();
    assertThat(scan.to()).isEqualTo(source.volume.journal().appended());
    Pass pass = source.scanner.passes().find(scan.id()).orElseThrow();
    assertThat(pass.state()).isEqualTo(Pass.State.FINISHED);
  }

  @Test
  void aFileThatIsWrittenWhileItIsReadGivesTheTargetWhatWasRead() throws IOException {
    for (int i = 0; i < 200; i++) {
      source.write(random.nextInt(CHUNKS * CHUNK / BLOCK) * BLOCK, bytes(BLOCK));
      if (i % 20 == 0) {
        long _ = source.scanner.requestPass();
      }
      boolean _ = source.step();
      source.nanos += Duration.ofMillis(5).toNanos();
    }
    source.settle();
    assertTargetHas(source.lastSeen);
    Scan _ = source.scan();
    assertTargetHas(source.content());
  }

  @Test
  void afterARestartNothingIsPublishedTwice() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    source.scan();
    source.restart();
    source.settle();
    long before = source.volume.journal().appended();
    source.write(2 * CHUNK, bytes(BLOCK));
    Scan scan = source.scan();
    assertThat(scan.blocks()).isEqualTo(1);
    assertThat(since(before)).filteredOn(e -> e.body() instanceof Body.Content).hasSize(1);
    assertTargetHas(source.content());
  }

  @Test
  void theScansAreRememberedOverARestart() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    Scan scan = source.scan();
    source.restart();
    Scan remembered = source.scanner.log().find(scan.id()).orElseThrow();
    assertThat(remembered.to()).isEqualTo(scan.to());
    assertThat(remembered)
        .usingRecursiveComparison()
        .ignoringFields("startedAt", "endedAt")
        .isEqualTo(scan);
  }

  @Test
  void aTargetThatRottedIsSentTheChunkAlone() throws IOException {
    long before = source.volume.journal().appended();
    source.ask("replica-a", 1, 0);
    source.settle();
    assertThat(since(before).getFirst().body())
        .isInstanceOfSatisfying(
            Body.Gap.class,
            gap -> {
              assertThat(gap.target()).hasToString("replica-a");
              assertThat(gap.chunks()).isEqualTo(ChunkSet.of(1));
            });
    assertTargetHas(source.content());
  }

  @Test
  void aTargetIsAnsweredBeforeTheFirstScanSinceTheStart() throws IOException {
    source.restart();
    source.ask("replica-a", 1, 0);
    source.settle();
    assertThat(source.events())
        .filteredOn(event -> event.body() instanceof Body.Base base && base.target() != null)
        .isNotEmpty();
    assertTargetHas(source.content());
  }

  /// One target alone would have what the others have not.
  @Test
  void aChunkWithNewsIsNotSentToOneTargetButScannedForAll() throws IOException {
    var other = new ModelTarget("replica-b", CHUNKS * CHUNK);
    target.follow(source.events(), () -> {});
    long before = source.volume.journal().appended();
    source.write(CHUNK, bytes(BLOCK));

    source.ask("replica-a", 1, 0);
    source.settle();

    assertThat(last().trigger()).isEqualTo(Trigger.NEED);
    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Base)
        .isNotEmpty()
        .allSatisfy(event -> assertThat(((Body.Base) event.body()).target()).isNull());
    assertTargetHas(source.content());
    other.follow(source.events(), () -> {});
    assertThat(other.consistent()).isTrue();
    assertThat(other.content).isEqualTo(source.content());
  }

  /// What was sent to one does not make the next scan believe that all have it.
  @Test
  void whatWasSentToOneTargetIsStillPublishedWhenItChangesBack() throws IOException {
    byte[] old = java.util.Arrays.copyOfRange(source.content(), CHUNK, CHUNK + BLOCK);
    source.write(CHUNK, bytes(BLOCK));
    source.ask("replica-a", 1, 0);
    source.settle();
    source.write(CHUNK, old);
    Scan scan = source.scan();
    assertThat(scan.changedChunks()).isEqualTo(1);
    assertTargetHas(source.content());
  }

  @Test
  void nothingIsSentToOneTargetWhileAScanIsOpen() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    source.write(3 * CHUNK, bytes(BLOCK));
    long _ = source.scanner.requestPass();
    while (!source.scanner.isOpen()) {
      boolean _ = source.step();
    }
    source.ask("replica-a", 3, 0);
    long gap = source.volume.journal().appended();
    source.settle();
    List<Event> events = since(gap);
    int whole = indexOf(events, Body.Whole.class);
    assertThat(events.subList(0, whole)).noneMatch(event -> event.body() instanceof Body.Gap);
    assertThat(events.subList(whole, events.size()))
        .anyMatch(event -> event.body() instanceof Body.Gap);
    assertTargetHas(source.content());
  }

  private static int indexOf(List<Event> events, Class<? extends Body> kind) {
    for (int i = 0; i < events.size(); i++) {
      if (kind.isInstance(events.get(i).body())) {
        return i;
      }
    }
    throw new AssertionError("no " + kind);
  }

  @Test
  void aFileThatCannotBeReadFailsTheScanAndIsTriedAgain() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    source.unreadable = new IOException("simulated");
    long id = source.scanner.requestPass();
    source.settle();
    assertThat(source.scanner.trouble())
        .contains("scan " + id, "chunk 0 cannot be read: simulated");
    assertThat(source.scanner.passes().find(id).orElseThrow().state())
        .isEqualTo(Pass.State.ABANDONED);
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());

    source.unreadable = null;
    source.nanos += Duration.ofMinutes(2).toNanos();
    source.settle();

    assertThat(source.scanner.trouble()).isNull();
    assertThat(last().trigger()).isEqualTo(Trigger.RETRY);
    assertTargetHas(source.content());
  }

  @Test
  void aScanThatHadFailedIsStillFailingAfterARestartAndTriedAgain() throws IOException {
    source.settle();
    source.unreadable = new IOException("simulated");
    long _ = source.scanner.requestPass();
    source.settle();
    assertThat(source.scanner.isFailing()).isTrue();
    source.restart();
    assertThat(source.scanner.isFailing()).as("nobody has looked since").isTrue();
    source.unreadable = null;
    source.settle();
    assertThat(source.scanner.isFailing()).isFalse();
    assertThat(last().trigger()).isEqualTo(Trigger.START);
    assertThat(last().state()).isEqualTo(Scan.State.FINISHED);
  }

  @Test
  void aScanThatFailsInTheMiddleLeavesItsGapOpenUntilOneSucceeds() throws IOException {
    source.write(0, bytes(BLOCK));
    long _ = source.scanner.requestPass();
    while (!source.scanner.isOpen()) {
      boolean _ = source.step();
    }
    source.unreadable = new IOException("simulated");
    source.settle();
    target.follow(source.events(), () -> {});
    assertThat(target.consistent()).isFalse();
    source.ask("replica-a", 3, 0);
    source.settle();
    target.follow(source.events(), () -> {});
    assertThat(target.consistent()).isFalse();

    source.unreadable = null;
    source.nanos += Duration.ofMinutes(2).toNanos();
    source.settle();
    assertTargetHas(source.content());
  }

  @Test
  void aFileOfAnotherSizeStopsTheVolume() throws IOException {
    source.resize((CHUNKS + 1) * CHUNK);
    long _ = source.scanner.requestPass();
    source.settle();
    assertThat(source.volume.state())
        .isInstanceOfSatisfying(
            SourceState.Stopped.class,
            stopped ->
                assertThat(stopped.reason())
                    .contains(
                        "volume demo: ", "has 5242880 bytes now, but the volume has 4194304"));
  }

  @Test
  void itIsScannedWhenItIsTime() throws IOException {
    source.period = Duration.ofMinutes(10);
    source.restart();
    source.settle();
    int scans = source.scanner.log().scans().size();
    source.nanos += Duration.ofMinutes(9).toNanos();
    source.settle();
    assertThat(source.scanner.log().scans()).hasSize(scans);
    source.nanos += Duration.ofMinutes(1).toNanos();
    source.settle();
    assertThat(last().trigger()).isEqualTo(Trigger.SCHEDULE);
  }

  @Test
  void itIsScannedWhenAChangeWasNoticed() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    source.changes.noticed = true;
    source.settle();
    assertThat(last().trigger()).isEqualTo(Trigger.CHANGE);
    assertTargetHas(source.content());
  }

  @Test
  void noMoreIsReadThanTheRateAllows() throws IOException {
    source.rate = OptionalLong.of(CHUNK);
    source.restart();
    long before = source.nanos;
    Scan _ = source.scan();
    for (int i = 0; i < 1000 && last().state() != Scan.State.FINISHED; i++) {
      source.nanos += Duration.ofMillis(10).toNanos();
      boolean _ = source.step();
    }
    assertThat(last().state()).isEqualTo(Scan.State.FINISHED);
    assertThat(Duration.ofNanos(source.nanos - before))
        .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(5));
  }

  @Test
  void aStreamThatWasMadeAgainGetsEverythingOnce() throws IOException {
    source.write(CHUNK, bytes(BLOCK));
    Scan _ = source.scan();
    source.topic.makeAgain();
    source.nanos += Duration.ofSeconds(11).toNanos();
    source.settle();
    source.nanos += Duration.ofMinutes(1).toNanos();
    source.settle();
    assertTargetHas(source.content());
  }

  @Test
  void aFileThatWasWrittenToWhileItWasReadIsSaidToBeUnquiet() throws IOException {
    source.changes.stamp = "1";
    assertThat(source.scan().unquiet()).isFalse();
    long id = source.scanner.requestPass();
    boolean _ = source.step();
    boolean _ = source.step();
    source.changes.stamp = "2";
    source.settle();
    assertThat(source.scanner.log().find(id).orElseThrow().unquiet()).isTrue();
  }

  private static java.util.BitSet bits(int... set) {
    var bits = new java.util.BitSet();
    for (int bit : set) {
      bits.set(bit);
    }
    return bits;
  }

  @Test
  void aPullLooksOnlyAtWhatIsDirty() throws IOException {
    source.changes.dirty = bits(2);
    source.write(2 * CHUNK, bytes(BLOCK));
    long before = source.volume.journal().appended();
    long id = source.scanner.requestPull();
    source.settle();
    Scan pull = source.scanner.log().find(id).orElseThrow();
    assertThat(pull.all()).isFalse();
    assertThat(pull.chunks()).isEqualTo(1);
    assertThat(pull.blocks()).isEqualTo(1);
    assertThat(since(before))
        .filteredOn(event -> event.body() instanceof Body.Gap)
        .extracting(event -> ((Body.Gap) event.body()).chunks())
        .containsExactly(ChunkSet.of(2));
    assertTargetHas(source.content());
  }

  @Test
  void aPullOfAnotherSourceLooksAtEverythingFirst() throws IOException {
    source.changes.dirty = bits(2);
    source.name = "another";
    source.restart();
    source.write(CHUNK, bytes(BLOCK));
    long _ = source.scanner.requestPull();
    source.settle();
    assertThat(last().all()).isTrue();
    assertTargetHas(source.content());
  }

  @Test
  void aBitmapThatCannotBeReadFailsThePullAndPublishesNothing() throws IOException {
    source.changes.dirty = bits(2);
    source.changes.failure = new IOException("no such bitmap");
    long before = source.volume.journal().appended();
    long id = source.scanner.requestPull();
    source.settle();
    assertThat(source.scanner.log().find(id).orElseThrow().reason()).isEqualTo("no such bitmap");
    assertThat(source.scanner.isFailing()).isTrue();
    assertThat(since(before)).isEmpty();
  }

  /// The operator may have cleared the bitmap meanwhile.
  @Test
  void whatAPullThatFailedHadInItsGapIsLookedAtByTheNext() throws IOException {
    source.changes.dirty = bits(1, 3);
    source.write(CHUNK, bytes(BLOCK));
    source.write(3 * CHUNK, bytes(BLOCK));
    long _ = source.scanner.requestPull();
    while (!source.scanner.isOpen()) {
      boolean _ = source.step();
    }
    source.restart();
    source.changes.dirty = bits();
    source.settle();
    assertThat(last().state()).isEqualTo(Scan.State.FINISHED);
    assertTargetHas(source.content());
  }

  @Test
  void nothingIsScannedWhilePublishingIsPaused() throws IOException {
    source.volume.pausePublishing(java.time.Instant.EPOCH);
    source.write(CHUNK, bytes(BLOCK));
    source.changes.noticed = true;
    int scans = source.scanner.log().scans().size();
    for (int i = 0; i < 100; i++) {
      boolean _ = source.step();
    }
    assertThat(source.scanner.log().scans()).hasSize(scans);
    source.volume.resumePublishing();
    source.settle();
    assertTargetHas(source.content());
  }

  @Test
  void onlyTheLastHundredScansAreRemembered() throws IOException {
    for (int i = 0; i < 110; i++) {
      Scan _ = source.scan();
    }
    assertThat(source.scanner.log().scans()).hasSize(100);
    source.restart();
    assertThat(source.scanner.log().scans()).hasSize(100);
    assertThat(source.scanner.log().lastWhole()).isEqualTo(last());
  }
}
