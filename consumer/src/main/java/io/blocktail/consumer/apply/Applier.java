package io.blocktail.consumer.apply;

import io.blocktail.consumer.digest.DigestSink;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.event.Body;
import io.blocktail.event.Chain;
import io.blocktail.event.Event;
import io.blocktail.event.InvalidEventException;
import io.blocktail.event.Ownership;
import io.blocktail.event.Plausible;
import io.blocktail.event.Position;
import io.blocktail.storage.Disk;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.ChunkSet;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Takes a stream's records one after the other and keeps one replica in step with them. What
/// cannot be believed halts it: it then passes over everything until an event opens a gap over the
/// whole volume, and goes on inside that gap. For one thread; only a [CheckpointJob] may be carried
/// out by another. After an [IOException] it must be closed and opened anew from its checkpoint,
/// since nobody knows what is on the disk.
public final class Applier implements AutoCloseable {
  public enum Outcome {
    TAKEN,
    /// A checkpoint has to be completed first, one that lets more be applied; then this record
    /// again.
    FULL
  }

  /// What an applier works on.
  ///
  /// @param self the target's own name: gaps of others do not concern it
  /// @param disk the target's own directory
  /// @param reach how many sequences may be applied beyond a checkpoint
  public record Ground(
      TargetName self, ReplicaMedium medium, Disk disk, DigestSink digests, long reach) {}

  private final Ground ground;
  private final CheckpointFile file;
  private final Standing standing;
  private final Allowance allowance;

  /// Null before the first event, which says what the replica is a copy of.
  private @Nullable Replay replay;

  private Chain chain = Chain.START;
  private StreamPosition next;
  private int leaderEpoch = -1;
  private long changes;
  private long bytes;
  private long duplicates;
  private long fenced;
  private long passedOver;

  private Applier(Ground ground, Resumption resumption) {
    this.ground = ground;
    this.file = new CheckpointFile(ground.disk());
    this.next = resumption.from();
    this.standing = new Standing(resumption.halt(), resumption.recovery());
    this.allowance = new Allowance(ground.reach());
  }

  /// @param checkpoint null for a target that starts anew
  public static Applier open(Ground ground, @Nullable Checkpoint checkpoint, Resumption resumption)
      throws IOException {
    var applier = new Applier(ground, resumption);
    if (checkpoint != null) {
      Replica replica = Replica.open(checkpoint.identity(), ground.medium(), ground.disk());
      applier.adopt(replica, checkpoint.gaps());
      applier.chain = checkpoint.chain();
      applier.allowance.durable(checkpoint.intent());
      applier.leaderEpoch = checkpoint.leaderEpoch();
      applier.settle();
    }
    return applier;
  }

  private Replay adopt(Replica replica, List<OpenGap> gaps) {
    var replay = new Replay(replica, new Undone(gaps), ground.self(), ground.digests());
    this.replay = replay;
    return replay;
  }

  /// Takes the next record.
  public Outcome take(StreamRecord record) throws IOException {
    standing.facing(record);
    try {
      Event event = decode(record);
      if (event != null && !take(event, record)) {
        allowance.refused(event.sequence());
        return Outcome.FULL;
      }
    } catch (IOException e) {
      throw new IOException(
          "the record at offset %d cannot be applied to %s: %s"
              .formatted(record.offset(), ground.medium(), FileTrouble.said(e)),
          e);
    }
    next = new StreamPosition(next.topicId(), record.offset() + 1, record.leaderEpoch());
    leaderEpoch = Math.max(leaderEpoch, record.leaderEpoch());
    settle();
    return Outcome.TAKEN;
  }

  private void settle() {
    standing.settle(chain.sequence(), next.offset());
  }

  /// Null for a record that cannot be believed, which halts.
  private @Nullable Event decode(StreamRecord record) {
    try {
      return Reading.decode(record);
    } catch (InvalidEventException e) {
      passedOver++;
      halt(
          "the record at offset %d cannot be believed: %s"
              .formatted(record.offset(), e.getMessage()));
      return null;
    }
  }

  private boolean take(Event event, StreamRecord record) throws IOException {
    Ownership stated = Reading.ownership(event);
    Identity own = identity();
    if (stated != null && own != null && !stated.volume().equals(own.volume())) {
      passedOver++;
      halt(Reading.otherVolume(stated.volume(), own.volume()));
      return true;
    }
    return standing.halted() ? passOver(event) : follow(event, record);
  }

  private boolean follow(Event event, StreamRecord record) throws IOException {
    return switch (chain.judge(event)) {
      case FENCED -> {
        fenced++;
        yield true;
      }
      case DUPLICATE -> {
        duplicates++;
        yield true;
      }
      case HOLE -> {
        passedOver++;
        halt(Reading.hole(event, record, chain));
        fenceIfBelieved(event);
        yield true;
      }
      case NEXT -> apply(event, record);
    };
  }

  private boolean apply(Event event, StreamRecord record) throws IOException {
    Replay replay =
        this.replay == null ? learn(((Body.Epoch) event.body()).ownership(), event) : this.replay;
    Replica replica = replay.replica();
    Geometry size = Reading.size(event, replica.geometry());
    String objection = Plausible.objection(event, size);
    if (objection != null) {
      passedOver++;
      halt(Reading.unbelievable(event, record, objection));
      return true;
    }
    if (allowance.full(event.sequence(), replica.versions())) {
      return false;
    }
    long mayHave = standing.mayHave(chain.sequence());
    if (Reading.skipsEnd(event, mayHave) && !opensAll(event, size)) {
      halt(Reading.lostEnd(event, mayHave));
      fenceIfBelieved(event);
      return true;
    }
    if (standing.recovering() && opensAll(event, size)) {
      return startAnew(event, replay);
    }
    replica.grow(size, event.position());
    long written = replay.act(event, standing.recovering());
    bytes += written;
    changes += written > 0 ? 1 : 0;
    chain = chain.after(event);
    standing.applied(event, ground.self());
    return true;
  }

  private boolean opensAll(Event event, Geometry size) {
    return Reading.opensAll(event, size, ground.self());
  }

  private void fenceIfBelieved(Event event) {
    Identity own = identity();
    chain = Reading.fenced(chain, event, own == null ? null : own.geometry());
  }

  /// Halted: looks for the event from which the replica can be made whole again.
  private boolean passOver(Event event) throws IOException {
    Ownership stated = Reading.ownership(event);
    boolean late =
        !Position.isAfter(event.position(), Position.of(chain.epoch(), chain.sequence()));
    if (!late && stated != null && Reading.opensAll(event, stated.geometry(), ground.self())) {
      return goOn(event, stated);
    }
    passedOver++;
    fenceIfBelieved(event);
    if (!late && event.body() instanceof Body.Marker marker && replay != null) {
      replay.refuse(event, marker);
    }
    return true;
  }

  private boolean goOn(Event event, Ownership stated) throws IOException {
    Replay replay = this.replay == null ? learn(stated, event) : this.replay;
    Replica replica = replay.replica();
    if (Plausible.objection(event, Reading.size(event, replica.geometry())) != null) {
      passedOver++; // what can be believed may still come, and is what was asked for
      return true;
    }
    if (allowance.full(event.sequence(), replica.versions())) {
      return false;
    }
    return startAnew(event, replay);
  }

  /// Goes on inside a gap over the whole volume: whatever the replica holds is going to be
  /// replaced.
  private boolean startAnew(Event event, Replay replay) throws IOException {
    if (replay.replica().versions().isFrozen()) {
      return false;
    }
    Replica replica = replay.replica();
    replica.grow(Reading.size(event, replica.geometry()), event.position());
    replica.forgetVersions(ground.disk());
    standing.startAnew();
    replay.act(event, false);
    chain = chain.after(event);
    return true;
  }

  /// Makes the replica's files, now that it is known what they are to hold, and a first checkpoint
  /// before anything is applied: from then on the data is never without one.
  private Replay learn(Ownership ownership, Event event) throws IOException {
    var identity = Identity.ofNew(ownership);
    Replay born = adopt(Replica.create(identity, ground.medium(), ground.disk()), List.of());
    long intent = allowance.intent(event.sequence());
    file.write(snapshot(born, intent));
    allowance.durable(intent);
    return born;
  }

  /// Applies nothing more before the source has sent everything again. What halted it first stays
  /// the reason.
  ///
  /// @param reason one sentence: what of the stream is missing or cannot be believed
  public void halt(String reason) {
    halt(new Halt(reason, true));
  }

  private void halt(Halt found) {
    if (standing.halt(found)) {
      allowance.news();
    }
  }

  /// What was read up to now does not lead on: halted, it takes the records from another place on.
  public void goOnFrom(StreamPosition place) {
    assert standing.halted() : "records may only be missing while nothing is applied";
    next = place;
  }

  /// The newest leader epoch of the stream that is known. Nothing may be on its way to [#take] that
  /// was read before.
  public void leaderEpoch(int known) {
    leaderEpoch = Math.max(leaderEpoch, known);
  }

  public int leaderEpoch() {
    return leaderEpoch;
  }

  /// Whether a checkpoint would say anything new.
  public boolean moved() {
    return replay != null && allowance.moved(next);
  }

  /// Whether a crash now would leave something to recover that a checkpoint can rule out, as long
  /// as nothing more is applied.
  public boolean restless() {
    return replay != null && !standing.recovering() && allowance.restless(chain.sequence());
  }

  /// Whether a checkpoint should come soon, so that applying never has to wait for it.
  public boolean pressed() {
    return replay != null && allowance.pressed(chain.sequence(), replay.replica().versions());
  }

  /// Begins a checkpoint. One at a time; none before [#moved] has been true.
  ///
  /// @param resting nothing more is applied before the next checkpoint, so that a crash after this
  ///   one leaves nothing to recover
  public CheckpointJob begin(boolean resting) {
    Replay replay = Objects.requireNonNull(this.replay);
    Replica replica = replay.replica();
    long watermark = chain.sequence();
    long intent = allowance.begin(next, watermark, standing.ahead(watermark), resting);
    return new CheckpointJob(
        replica.device(), replica.versions().freeze(), file, snapshot(replay, intent));
  }

  private Checkpoint snapshot(Replay replay, long intent) {
    return new Checkpoint(
        replay.replica().identity(),
        chain,
        next,
        standing.leaderEpoch(leaderEpoch),
        intent,
        standing.halt(),
        replay.undone().snapshot());
  }

  /// Takes note that a checkpoint is durable.
  public void completed(CheckpointJob job) {
    Objects.requireNonNull(replay).replica().versions().thaw();
    allowance.durable(job.checkpoint().intent());
  }

  public Trust trust() {
    return standing.trust(replay);
  }

  public Want want() {
    return standing.want(replay);
  }

  public ChunkSet undone() {
    return replay == null ? ChunkSet.EMPTY : replay.undone().all();
  }

  public int undoneCount() {
    return replay == null ? 0 : replay.undone().count();
  }

  /// Goes up with every event that closes, opens or ends a gap of this target.
  public long gapEvents() {
    return replay == null ? 0 : replay.events();
  }

  /// Null before the first event.
  public @Nullable Identity identity() {
    return replay == null ? null : replay.replica().identity();
  }

  public Chain chain() {
    return chain;
  }

  public StreamPosition next() {
    return next;
  }

  public Tally tally() {
    return new Tally(changes, bytes, duplicates, fenced, passedOver);
  }

  @Override
  public void close() throws IOException {
    if (replay != null) {
      replay.replica().close();
    }
  }
}
