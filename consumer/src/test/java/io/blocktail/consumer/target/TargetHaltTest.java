package io.blocktail.consumer.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.digest.Digest;
import io.blocktail.event.Body;
import io.blocktail.event.Event;
import io.blocktail.event.Ownership;
import io.blocktail.event.avro.NoDigest;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Promise No silent loss: what cannot be believed halts the target with a reason and a request,
/// and a gap over the whole volume mends it.
class TargetHaltTest {
  private static final Geometry GEOMETRY = new Geometry(1 << 20, 512 << 10);

  private final Source source = new Source(GEOMETRY);
  private final SimulatedStream stream = new SimulatedStream();
  private final Bench bench = new Bench(stream);

  private void start() {
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    stream.publish(source.write(0, block(1)));
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
  }

  private static byte[] block(int value) {
    var block = new byte[Geometry.BLOCK];
    java.util.Arrays.fill(block, (byte) value);
    return block;
  }

  private void haltsFor(String reason) throws IOException {
    byte[] before = bench.disk.exists(Bench.DATA) ? bench.data() : new byte[0];
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Halted(reason));
    assertThat(bench.target.report().consistent()).isFalse();
    assertThat(bench.asks)
        .singleElement()
        .satisfies(ask -> {
          assertThat(ask.chunks()).isNull();
          assertThat(ask.reason()).isEqualTo(reason);
        });
    stream.publish(source.write(8192, block(7)));
    bench.run();
    if (before.length > 0) {
      assertThat(bench.data()).isEqualTo(before);
    }
  }

  private void isMended() throws IOException {
    stream.publish(source.gap(Bench.SELF, ChunkSet.all(GEOMETRY)));
    long gap = source.sequence;
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Resyncing(2));
    source.base(gap, Bench.SELF, 0).forEach(stream::publish);
    source.base(gap, Bench.SELF, 1).forEach(stream::publish);
    stream.publish(source.whole(gap, Bench.SELF));
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(source.content);
  }

  @Test
  void recordThatIsNoEvent() throws IOException {
    start();
    stream.publish("rubbish".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    haltsFor(
        "the record at offset 2 cannot be believed: not a BlockChange: a record of 7 bytes without a schema's fingerprint");
    isMended();
  }

  @Test
  void recordWithoutAValue() throws IOException {
    start();
    stream.publish(null);
    haltsFor("the record at offset 2 cannot be believed: a record without a value");
    isMended();
  }

  @Test
  void unknownSchema() throws IOException {
    start();
    byte[] record = source.write(4096, block(2));
    record[3] ^= 1;
    stream.publish(record);
    bench.run();
    assertThat(bench.target.report().reason())
        .startsWith(
            "the record at offset 2 cannot be believed: not a BlockChange that this release knows: its schema's fingerprint is ");
    isMended();
  }

  @Test
  void wrongChecksum() throws IOException {
    start();
    byte[] record = source.write(4096, block(2));
    record[record.length - 1] ^= 1;
    stream.publish(record);
    bench.run();
    assertThat(bench.target.report().reason())
        .startsWith(
            "the record at offset 2 cannot be believed: event 3: the checksum of its data is ");
    isMended();
  }

  @Test
  void recordsThatTheBrokerKeepsDamaged() throws IOException {
    start();
    stream.publish(source.write(4096, block(2)));
    stream.publish(source.write(8192, block(3)));
    stream.publish(source.write(12288, block(4)));
    stream.rotten.addAll(java.util.List.of(2L, 3L));
    haltsFor("the record at offset 2 is damaged where the broker keeps it: its checksum is wrong");
    isMended();
  }

  @Test
  void rangeOutsideOfTheVolume() throws IOException {
    start();
    stream.publish(source.next(new Body.Write(1 << 20, ByteBuffer.wrap(block(3)))));
    haltsFor(
        "the event at offset 2, 3 of epoch 1, cannot be believed: its range 1048576+4096 is outside of the volume's 1048576 bytes");
    isMended();
  }

  @Test
  void rangeOverTwoChunks() throws IOException {
    start();
    stream.publish(source.next(new Body.Zero((512 << 10) - 4096, 8192)));
    haltsFor(
        "the event at offset 2, 3 of epoch 1, cannot be believed: its range 520192+8192 is not whole blocks of one chunk");
    isMended();
  }

  @Test
  void rangeOfPartsOfBlocks() throws IOException {
    start();
    stream.publish(source.next(new Body.Trim(512, 4096)));
    haltsFor(
        "the event at offset 2, 3 of epoch 1, cannot be believed: its range 512+4096 is not whole blocks of one chunk");
    isMended();
  }

  @Test
  void markerOfNoChunk() throws IOException {
    start();
    stream.publish(source.next(new Body.Marker(0, 4096, new Digest(1, 2), 0)));
    haltsFor(
        "the event at offset 2, 3 of epoch 1, cannot be believed: its range 0+4096 is not a chunk");
    isMended();
  }

  @Test
  void gapOverChunksThatAreNotThere() throws IOException {
    start();
    stream.publish(source.gap(null, ChunkSet.of(2)));
    haltsFor(
        "the event at offset 2, 3 of epoch 1, cannot be believed: it names the chunks 2 of a volume that has 2");
    isMended();
  }

  @Test
  void hole() throws IOException {
    start();
    source.write(4096, block(2));
    stream.publish(source.write(8192, block(3)));
    haltsFor(
        "the stream has a hole: the event at offset 2, 4 of epoch 1, follows on 3, but the last before it was 2 of epoch 1");
    isMended();
  }

  @Test
  void streamThatDoesNotStartAtItsFirstEvent() throws IOException {
    source.epochEvent(ChunkSet.EMPTY);
    stream.publish(source.write(0, block(1)));
    haltsFor(
        "the stream has a hole: the event at offset 0, 2 of epoch 1, follows on 1, but nothing was read before");
    isMended();
  }

  @Test
  void topicThatWasMadeAnewWhileItIsRead() throws IOException {
    start();
    stream.recreate();
    bench.target.watch();
    haltsFor("the stream's topic was made anew while it was read: its id is topic-1', was topic-1");
    isMended();
  }

  @Test
  void streamThatWasCutBack() throws IOException {
    start();
    stream.cutTo(1);
    haltsFor("offset 2 is not in the stream");
    isMended();
  }

  @Test
  void cutThatIsNoticedWhileNobodyTellsWhereTheStreamGoesOn() throws IOException {
    start();
    stream.publish(source.write(4096, block(2)));
    stream.publish(source.write(8192, block(3)));
    stream.expireBefore(3);
    stream.hideBounds(true);
    bench.run();
    assertThat(bench.target.report().state())
        .isEqualTo(new TargetState.Halted("offset 2 is not in the stream"));
    stream.hideBounds(false);
    bench.pass(java.time.Duration.ofSeconds(1));
    bench.target.watch();
    haltsFor("offset 2 is not in the stream");
    isMended();
  }

  @Test
  void recordsThatExpiredWhileTheTargetWasAway() throws IOException {
    start();
    bench.target.finish();
    stream.publish(source.write(4096, block(2)));
    stream.publish(source.write(8192, block(3)));
    stream.expireBefore(3);
    bench.kill();
    haltsFor("the stream's records from offset 2 to 2 are not retained any more");
    isMended();
  }

  @Test
  void epochThatFollowsOnLessThanWasApplied() throws IOException {
    start();
    stream.publish(source.write(4096, block(2)));
    bench.run();
    source.epoch = 2;
    source.sequence = 2;
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    haltsFor(
        "the stream has lost its end: epoch 2 follows on event 2, this target may have applied up to 3");
    isMended();
  }

  @Test
  void otherVolumeOfTheSameName() throws IOException {
    start();
    source.volume = UUID.fromString("00000000-0000-4000-8000-000000000002");
    source.epoch = 2;
    stream.publish(source.epochEvent(ChunkSet.all(GEOMETRY)));
    bench.run();
    assertThat(bench.target.report().reason())
        .isEqualTo(
            "the stream is of the volume 00000000-0000-4000-8000-000000000002, this target of "
                + "00000000-0000-4000-8000-000000000001, which had the same name: give it another file "
                + "and directory, or remove both, to follow the new one");
    assertThat(bench.asks).isEmpty();
    assertThat(bench.data()).startsWith(block(1));
  }

  @Test
  void volumeOfAnotherSize() throws IOException {
    start();
    source.epoch = 2;
    stream.publish(epochOfAnotherSize(2));
    bench.run();
    assertThat(bench.target.report().reason())
        .isEqualTo(
            "the event at offset 2, 3 of epoch 2, cannot be believed: it says that the volume has 4194304 bytes in chunks of 1048576, but it has 1048576 in chunks of 524288");
  }

  @Test
  void haltSurvivesARestart() throws IOException {
    start();
    stream.publish(null);
    bench.run();
    bench.restart();
    bench.run();
    assertThat(bench.target.report().state())
        .isEqualTo(
            new TargetState.Halted(
                "the record at offset 2 cannot be believed: a record without a value"));
    isMended();
  }

  @Test
  void gapForAnotherTargetOrOverAPartDoesNotMend() {
    start();
    stream.publish(null);
    stream.publish(source.gap(Bench.OTHER, ChunkSet.all(GEOMETRY)));
    stream.publish(source.gap(null, ChunkSet.of(0)));
    bench.run();
    assertThat(bench.target.report().state()).isInstanceOf(TargetState.Halted.class);
  }

  @Test
  void gapOfAFormerOwnerDoesNotMend() {
    start();
    stream.publish(null);
    byte[] late = source.gap(null, ChunkSet.all(GEOMETRY));
    source.sequence--;
    source.epoch = 2;
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    stream.publish(late);
    bench.run();
    assertThat(bench.target.report().state()).isInstanceOf(TargetState.Halted.class);
  }

  /// Events 3 and 4 are lost, and with them the end of what the former owner has written.
  @Test
  void gapOfAFormerOwnerDoesNotMendAlthoughTheEpochItselfShowedTheHole() throws IOException {
    start();
    source.write(4096, block(2));
    source.write(8192, block(3));
    byte[] late = source.gap(null, ChunkSet.all(GEOMETRY));
    source.sequence--;
    source.epoch = 2;
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    stream.publish(late);
    haltsFor(
        "the stream has a hole: the event at offset 2, 5 of epoch 2, follows on 4, but the last before it was 2 of epoch 1");
    isMended();
  }

  private byte[] epochOfAnotherSize(int epoch) {
    var other = new Ownership(Source.VOLUME, Geometry.of(4 << 20), "source");
    return Source.encode(
        new Event(
            source.sequence + 1,
            source.sequence,
            epoch,
            0,
            "test",
            new Body.Epoch(other, ChunkSet.EMPTY)));
  }

  @Test
  void epochThatCannotBeBelievedKeepsNoOwnerOut() throws IOException {
    start();
    stream.publish(epochOfAnotherSize(65535));
    stream.publish(epochOfAnotherSize(65535));
    bench.run();
    assertThat(bench.target.report().state()).isInstanceOf(TargetState.Halted.class);
    bench.restart();
    isMended();
  }

  @Test
  void gapThatCannotBeBelievedLeavesTheHaltMendable() throws IOException {
    start();
    stream.publish(null);
    Geometry size = Geometry.of(4 << 20);
    stream.publish(
        source.next(
            new Body.Gap(null, ChunkSet.all(size), new Ownership(Source.VOLUME, size, "source"))));
    haltsFor("the record at offset 2 cannot be believed: a record without a value");
    bench.pass(java.time.Duration.ofSeconds(60));
    bench.run();
    assertThat(bench.asks).hasSize(2);
    isMended();
  }

  @Test
  void gapThatComesWhileACheckpointOfTheHaltedTargetIsUnderWayMendsAtOnce() throws IOException {
    start();
    bench.pass(java.time.Duration.ofSeconds(5));
    stream.publish(source.write(4096, block(2)));
    bench.run();
    stream.publish(null);
    bench.pass(java.time.Duration.ofSeconds(5));
    bench.target.step(java.time.Duration.ZERO); // begins a checkpoint that has no page to write
    bench.target.checkpointStep(java.time.Duration.ZERO);
    stream.publish(source.gap(Bench.SELF, ChunkSet.all(GEOMETRY)));
    for (int i = 0; i < 20; i++) {
      bench.target.step(java.time.Duration.ZERO);
      bench.target.checkpointStep(java.time.Duration.ZERO);
    }
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Resyncing(2));
  }

  @Test
  void markerIsAnsweredByTheReason() {
    start();
    stream.publish(null);
    stream.publish(source.marker(1));
    bench.run();
    assertThat(bench.answers)
        .singleElement()
        .satisfies(answer -> assertThat(answer.reason()).isEqualTo(NoDigest.HALTED));
  }

  @Test
  void asksAgainOnlyAfterAWhileAndOnceItHasReadEverything() {
    start();
    stream.publish(null);
    bench.run();
    bench.pass(java.time.Duration.ofSeconds(59));
    bench.run();
    assertThat(bench.asks).hasSize(1);
    bench.pass(java.time.Duration.ofSeconds(1));
    bench.run();
    assertThat(bench.asks).hasSize(2);
    bench.pass(java.time.Duration.ofSeconds(60));
    bench.run();
    assertThat(bench.asks).hasSize(2);
    bench.pass(java.time.Duration.ofSeconds(60));
    bench.run();
    assertThat(bench.asks).hasSize(3);
  }

  @Test
  void errorOfTheDataHaltsAndIsTriedAgain() throws IOException {
    start();
    bench.disk.onFault((operation, file) -> {
      if (file.equals(Bench.DATA)) {
        throw new IOException("no space left");
      }
    });
    stream.publish(source.write(4096, block(2)));
    bench.run();
    assertThat(bench.target.report().reason())
        .isEqualTo(
            "the record at offset 2 cannot be applied to data: no space left. It tries again by itself until that is mended");
    assertThat(bench.asks).isEmpty();
    bench.disk.onFault((operation, file) -> {});
    bench.pass(java.time.Duration.ofSeconds(1));
    bench.run();
    assertThat(bench.target.report().state()).isEqualTo(new TargetState.Following());
    assertThat(bench.data()).isEqualTo(source.content);
  }

  @Test
  void brokerThatIsAwayIsSaidAndHaltsNobody() {
    start();
    stream.away(true);
    bench.run();
    @Nullable String reason = bench.target.report().reason();
    assertThat(reason).isEqualTo("the stream cannot be read: the simulated broker is away");
    assertThat(bench.target.report().consistent()).isTrue();
    int polls = stream.polls;
    bench.run();
    assertThat(stream.polls).as("polls during the pause").isEqualTo(polls);
    stream.away(false);
    bench.target.watch();
    bench.run();
    assertThat(bench.target.report().reason()).isEqualTo(reason);
    bench.pass(java.time.Duration.ofSeconds(1));
    bench.run();
    assertThat(bench.target.report().reason()).isNull();
  }

  @Test
  void fileThatHangsIsSaidWhileItHangs() throws InterruptedException {
    start();
    var reached = new CountDownLatch(1);
    var mended = new CountDownLatch(1);
    bench.disk.onFault((operation, file) -> {
      reached.countDown();
      try {
        mended.await();
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    });
    stream.publish(source.write(4096, block(2)));
    Thread worker = Thread.ofPlatform().start(() -> bench.target.step(java.time.Duration.ZERO));
    reached.await();
    assertThat(bench.target.report().lagChanges()).isNotNull();
    bench.pass(java.time.Duration.ofSeconds(6));
    assertThat(bench.target.report().reason()).isEqualTo("its file has not answered for 6 s");
    assertThat(bench.target.report().lagChanges()).isNull();
    mended.countDown();
    worker.join();
    bench.run();
    assertThat(bench.target.report().reason()).isNull();
    assertThat(bench.target.report().lagChanges()).isNotNull();
  }

  @Test
  void fileThatHangsInACheckpointIsSaidOnceARecordHasToWaitForIt() {
    bench.reach = 2;
    bench.kill();
    stream.publish(source.epochEvent(ChunkSet.EMPTY));
    for (int i = 0; i < 10; i++) {
      stream.publish(source.write(4096, block(i)));
    }
    for (int i = 0; i < 20; i++) {
      bench.target.step(java.time.Duration.ZERO); // nobody carries the checkpoint out
    }
    bench.pass(java.time.Duration.ofSeconds(6));
    bench.target.step(java.time.Duration.ZERO);
    assertThat(bench.target.report().reason()).isEqualTo("its file has not answered for 6 s");
    bench.run();
    assertThat(bench.target.report().reason()).isNull();
  }

  @Test
  void whileTheStreamCannotBeReadNobodyKnowsHowFarBehindItIs() {
    start();
    assertThat(bench.target.report().lagChanges()).isZero();
    stream.away(true);
    bench.run();
    assertThat(bench.target.report().lagChanges()).isNull();
    assertThat(bench.target.report().lagMillis()).isNull();
    stream.away(false);
    bench.target.watch();
    bench.pass(java.time.Duration.ofSeconds(5));
    bench.run();
    assertThat(bench.target.report().lagChanges()).isZero();
    assertThat(bench.target.report().lagMillis()).isZero();
  }
}
