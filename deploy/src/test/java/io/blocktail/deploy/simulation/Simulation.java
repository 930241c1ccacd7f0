package io.blocktail.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.consumer.digest.DigestAnswer;
import io.blocktail.consumer.digest.ResyncAsk;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.Request;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/// One schedule: a client that writes, a source, a broker and two targets, whose steps, kills and
/// restarts come in the order that the seed says. One thread calls everything.
final class Simulation {
  /// What the volume has at the start, in bytes: its only chunk is shorter than others.
  private static final int SMALLEST = (1 << 20) - (32 << 10);

  /// What it has at most, in bytes: what it does not have yet counts as zeros.
  private static final int SIZE = (1 << 20) + (64 << 10);

  private static final int SECTOR = 512;
  private static final int CALM_STEPS = 200_000;

  private final SplittableRandom random;
  private final Time time = new Time();
  private final SimulatedBroker broker;
  private final SimulatedSource.SimulatedRequests requests =
      new SimulatedSource.SimulatedRequests();
  private final SimulatedSource source;
  private final List<SimulatedTarget> targets = new ArrayList<>();
  private final History history = new History(SIZE);
  private final byte[] model = new byte[SIZE];

  /// What the history says: the model without what goes past the journal.
  private byte[] recorded = new byte[SIZE];

  /// Every content since the last one that was flushed, which is the first.
  private List<byte[]> sinceFlush = new ArrayList<>(List.of(new byte[SIZE]));

  /// What the source's chunks hashed to at their markers, as hex by sequence.
  private final Map<Long, String> sourceDigests = new HashMap<>();

  private final List<DigestAnswer> answers = new ArrayList<>();
  private final Map<Integer, TargetReport> checked = new HashMap<>();
  private int targetDigests;
  private int requestNumber;

  Simulation(long seed) throws IOException {
    this.random = new SplittableRandom(seed);
    this.broker = new SimulatedBroker(random);
    this.source =
        new SimulatedSource(broker, requests, SMALLEST, time, time::nanos, this::sourceDigest);
    for (String name : List.of("replica-a", "replica-b")) {
      var target = new TargetName(name);
      targets.add(
          new SimulatedTarget(
              target, broker, this::targetDigest, ask -> ask(target, ask), time, SIZE));
    }
  }

  private void sourceDigest(String key, byte[] message, MessageTopic.Answer answer) {
    ChunkDigest digest = decoded(message);
    assertThat(digest.getReason()).as("a sound source has a digest").isNull();
    sourceDigests.put(digest.getSequence(), hex(digest.getDigest().bytes()));
    answer.told(null);
  }

  private static ChunkDigest decoded(byte[] message) {
    try {
      return SimulatedSource.digestMessages().decode(message);
    } catch (io.blocktail.event.InvalidEventException e) {
      throw new AssertionError(e);
    }
  }

  private void targetDigest(DigestAnswer answer) {
    answers.add(answer);
  }

  private static String hex(byte[] bytes) {
    return java.util.HexFormat.of().formatHex(bytes);
  }

  private void ask(TargetName target, ResyncAsk ask) {
    request(target, ask.chunks(), ask.reason());
  }

  private void request(@Nullable TargetName target, @Nullable ChunkSet chunks, String reason) {
    var request =
        ResyncRequest.newBuilder()
            .setId("request-" + requestNumber++)
            .setVolume(SimulatedSource.VOLUME.value())
            .setTarget(target == null ? null : target.value())
            .setChunks(
                chunks == null
                    ? null
                    : chunks.runs().stream()
                        .map(run -> new ChunkRun(run.first(), run.count()))
                        .toList())
            .setReason(reason)
            .setAt(0)
            .build();
    requests.add(new Messages<>(ResyncRequest.class).encode(request));
  }

  /// Lets everything happen for so many steps.
  void storm(int steps) throws IOException {
    for (int i = 0; i < steps; i++) {
      time.advance(random.nextInt(3_000));
      step();
      checkPromises();
    }
  }

  private void step() throws IOException {
    SimulatedTarget target = targets.get(random.nextInt(targets.size()));
    switch (random.nextInt(100)) {
      case 0 -> restartSource();
      case 1 -> source.lightFuse(random.nextInt(12));
      case 2 -> target.restart();
      case 3 -> target.lightFuse(random.nextInt(12));
      case 4 -> target.losePower(random);
      case 5, 12 -> onSource(source::startPass);
      case 6 -> {
        if (random.nextInt(8) == 0) {
          requestSomething();
        }
      }
      case 7, 8 -> broker.step();
      case 9 -> {
        if (random.nextInt(4) == 0) {
          losePowerOfSource();
        }
      }
      case 10 -> {
        if (random.nextInt(3) == 0) {
          onSource(source::switchWay);
          recordWhatIsKnown();
        }
      }
      case 11 -> {
        if (random.nextInt(4) == 0) {
          growSource();
        }
      }
      default -> work(target);
    }
  }

  private void growSource() throws IOException {
    int blocks = (SIZE - (int) source.size()) / Geometry.BLOCK;
    if (blocks > 0 && !source.isOverflowed()) {
      long size = source.size() + (1L + random.nextInt(blocks)) * Geometry.BLOCK;
      onSource(() -> source.grow(size));
    }
  }

  /// Of the source, with zeros for what it does not have yet.
  private byte[] content() throws IOException {
    return Arrays.copyOf(source.content(), SIZE);
  }

  private void requestSomething() {
    TargetName target = random.nextBoolean() ? new TargetName("replica-a") : null;
    request(target, random.nextBoolean() ? null : ChunkSet.of(random.nextInt(3)), "a person");
  }

  private void work(SimulatedTarget target) throws IOException {
    switch (random.nextInt(12)) {
      case 0, 1 -> write();
      case 2, 3, 4 -> onSource(source::publish);
      case 5 -> onSource(source::scrub);
      case 6 -> onSource(source::respond);
      case 7 -> onSource(() -> random.nextInt(4) == 0 ? source.checkpoint() : source.prepare());
      case 8, 9 -> onTarget(target, target::step);
      case 10 -> onTarget(target, target::checkpointStep);
      default -> target.watch();
    }
  }

  @FunctionalInterface
  private interface Step {
    Object run() throws IOException;
  }

  private void onSource(Step step) throws IOException {
    try {
      step.run();
    } catch (SimulatedSource.Killed e) {
      restartSource();
    }
  }

  private void onTarget(SimulatedTarget target, Step step) throws IOException {
    try {
      step.run();
    } catch (SimulatedSource.Killed e) {
      target.restart();
    }
  }

  private void write() throws IOException {
    var batch = new ArrayList<Request>();
    var stages = new ArrayList<byte[]>(List.of(model.clone()));
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      int length = 1 + random.nextInt(random.nextInt(10) == 0 ? 700_000 : 20_000);
      int offset = random.nextInt((int) source.size() - length);
      boolean durable = random.nextInt(8) == 0;
      byte[] after = stages.getLast().clone();
      if (random.nextInt(4) == 0) {
        batch.add(
            random.nextBoolean()
                ? new Request().zero(offset, length, durable)
                : new Request().trim(offset, length, durable));
        Arrays.fill(after, offset, offset + length, (byte) 0);
      } else {
        var data = new byte[length];
        random.nextBytes(data);
        batch.add(new Request().write(offset, ByteBuffer.wrap(data), durable));
        System.arraycopy(data, 0, after, offset, length);
      }
      stages.add(after);
    }
    try {
      source.execute(batch);
    } catch (SimulatedSource.Killed e) {
      restartInsideAWrite(stages);
      return;
    }
    for (Request request : batch) {
      assertThat(request.failure()).isNull();
    }
    become(stages.getLast(), stages);
    if (batch.stream().anyMatch(Request::durable)) {
      sinceFlush = new ArrayList<>(List.of(stages.getLast()));
    }
  }

  /// @param stages from what it was before
  private void become(byte[] content, List<byte[]> stages) {
    System.arraycopy(content, 0, model, 0, SIZE);
    sinceFlush.addAll(stages);
    if (!source.isOverflowed()) {
      history.record(source.appended(), stages);
      recorded = content.clone();
    }
  }

  /// Where the stream has been told of all that went past the journal, the history has it.
  private void recordWhatIsKnown() {
    if (!source.isOverflowed() && !Arrays.equals(recorded, model)) {
      history.record(source.appended(), List.of(recorded, model.clone()));
      recorded = model.clone();
    }
  }

  /// Durable: what was flushed is there. Of what was not, each sector has what it held at some time
  /// since.
  private void losePowerOfSource() throws IOException {
    source.losePower(random);
    byte[] now = content();
    for (int at = 0; at < SIZE; at += SECTOR) {
      int from = at;
      int to = at + SECTOR;
      assertThat(
              sinceFlush.stream().anyMatch(stage -> Arrays.equals(now, from, to, stage, from, to)))
          .as("sector at %d after a power loss", at)
          .isTrue();
    }
    recorded = history.cutBack(source.lastBeforeStart());
    System.arraycopy(now, 0, model, 0, SIZE);
    sinceFlush = new ArrayList<>(List.of(now)); // what a power loss leaves is there
    recordWhatIsKnown();
  }

  /// Durable: what was acknowledged before is there. Of what was not, each block has what it held
  /// before, or after one of the requests.
  private void restartInsideAWrite(List<byte[]> stages) throws IOException {
    boolean overflowed = source.isOverflowed();
    source.restart();
    byte[] now = content();
    for (int at = 0; at < SIZE; at += Geometry.BLOCK) {
      int from = at;
      int to = at + Geometry.BLOCK;
      assertThat(stages.stream().anyMatch(stage -> Arrays.equals(now, from, to, stage, from, to)))
          .as("block %d after a kill", at / Geometry.BLOCK)
          .isTrue();
    }
    stages.add(now);
    if (overflowed) { // its end is not a part of the history, although it may be journaled now
      System.arraycopy(now, 0, model, 0, SIZE);
      sinceFlush.addAll(stages);
      recordWhatIsKnown();
    } else {
      become(now, stages);
    }
  }

  private void restartSource() throws IOException {
    byte[] before = model.clone();
    source.restart();
    assertThat(Arrays.equals(content(), before))
        .as("Durable: what was acknowledged is on the source after a kill")
        .isTrue();
    recordWhatIsKnown();
  }

  private void checkPromises() throws IOException {
    for (int i = 0; i < targets.size(); i++) {
      TargetReport report = targets.get(i).report();
      boolean news = !report.equals(checked.put(i, report)) || random.nextInt(20) == 0;
      if (news && report.consistent()) {
        history.assertPrefix(report.watermark(), targets.get(i).content());
      }
    }
  }

  /// No more writes and kills: everything comes to rest.
  void calm() throws IOException {
    source.lightFuse(-1);
    targets.forEach(target -> target.lightFuse(-1));
    int steps = 0;
    if (source.isOverflowed()) {
      source.switchWay();
      recordWhatIsKnown();
    }
    while (!isAtRest()) {
      assertThat(steps++)
          .as(
              "steps until all is at rest: %s",
              targets.stream().map(SimulatedTarget::report).toList())
          .isLessThan(CALM_STEPS);
      time.advance(1_000);
      broker.step();
      source.publish();
      source.scrub();
      source.respond();
      source.prepare();
      if (steps % 50 == 0) {
        source.checkpoint();
      }
      for (SimulatedTarget target : targets) {
        target.step();
        target.checkpointStep();
        if (steps % 10 == 0) {
          target.watch();
        }
      }
    }
  }

  private boolean isAtRest() {
    return broker.isQuiet()
        && source.isDrained()
        && targets.stream()
            .allMatch(target ->
                target.report().consistent() && target.report().watermark() == source.appended());
  }

  /// Convergent, Durable, and no false alarm.
  void assertEqual() throws IOException {
    assertThat(Arrays.equals(content(), model)).as("the source is what clients wrote").isTrue();
    for (SimulatedTarget target : targets) {
      assertThat(Arrays.equals(target.content(), model)).as("the replica equals it").isTrue();
    }
    for (DigestAnswer answer : answers) {
      String expected = sourceDigests.get(answer.sequence());
      if (answer.digest() != null && expected != null) {
        targetDigests++;
        assertThat(answer.digest().toString())
            .as("digest of chunk %d at sequence %d", answer.chunk(), answer.sequence())
            .isEqualTo(expected);
      }
    }
  }

  /// How many digests of targets were compared with the source's.
  int comparedDigests() {
    return targetDigests;
  }

  /// A clock that only this simulation moves.
  private static final class Time extends Clock {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private long nanos;

    void advance(int micros) {
      nanos += 1_000L * micros;
    }

    long nanos() {
      return nanos;
    }

    @Override
    public Instant instant() {
      return START.plusNanos(nanos);
    }

    @Override
    public java.time.ZoneId getZone() {
      return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(java.time.ZoneId zone) {
      return this;
    }
  }
}
