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
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
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
  private @Nullable Replica replica;
  private @Nullable Replay replay;
  private Chain chain = Chain.START;
  private StreamPosition next;
  private int leaderEpoch = -1;
  private @Nullable Halt halt;
  private @Nullable Recovery recovery;

  /// The highest sequence that may be applied now.
  private long limit;

  /// The highest sequence that was refused for the limit.
  private long wanted;

  /// What the last checkpoint begun says of [#next].
  private @Nullable StreamPosition noted;

  private long changes;
  private long bytes;
  private long duplicates;
  private long fenced;
  private long passedOver;

  private Applier(Ground ground, Resumption resumption) {
    this.ground = ground;
    this.file = new CheckpointFile(ground.disk());
    this.next = resumption.from();
    this.halt = resumption.halt();
    this.recovery = resumption.recovery();
  }

  /// @param checkpoint null for a target that starts anew
  public static Applier open(Ground ground, @Nullable Checkpoint checkpoint, Resumption resumption)
      throws IOException {
    var applier = new Applier(ground, resumption);
    if (checkpoint != null) {
      Replica replica = Replica.open(checkpoint.identity(), ground.medium(), ground.disk());
      applier.adopt(replica, checkpoint.gaps());
      applier.chain = checkpoint.chain();
      applier.limit = checkpoint.intent();
      applier.leaderEpoch = checkpoint.leaderEpoch();
      applier.settleRecovery();
    }
    return applier;
  }

  private void adopt(Replica replica, List<OpenGap> gaps) {
    this.replica = replica;
    this.replay = new Replay(replica, new Undone(gaps), ground.self(), ground.digests());
  }

  /// Takes the next record.
  public Outcome take(StreamRecord record) throws IOException {
    if (recovery != null) {
      recovery = recovery.facing(record);
    }
    try {
      Event event = decode(record);
      if (event != null && !take(event, record)) {
        wanted = Math.max(wanted, event.sequence());
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
    settleRecovery();
    return Outcome.TAKEN;
  }

  private void settleRecovery() {
    if (recovery != null && recovery.over(chain.sequence(), next.offset())) {
      recovery = null;
    }
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
    if (stated != null && replica != null && !stated.volume().equals(replica.identity().volume())) {
      passedOver++;
      halt = Reading.otherVolume(stated.volume(), replica.identity().volume());
      return true;
    }
    return halt == null ? follow(event, record) : passOver(event);
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
    if (replica == null) {
      learn(((Body.Epoch) event.body()).ownership(), event);
    }
    Replica replica = Objects.requireNonNull(this.replica);
    Replay replay = Objects.requireNonNull(this.replay);
    String objection = Plausible.objection(event, replica.geometry());
    if (objection != null) {
      passedOver++;
      halt(
          "the event at offset %d, %d of epoch %d, cannot be believed: %s"
              .formatted(record.offset(), event.sequence(), event.epoch(), objection));
      return true;
    }
    if (full(event)) {
      return false;
    }
    long mayHave = recovery == null ? chain.sequence() : recovery.mayHave(chain.sequence());
    if (event.body() instanceof Body.Epoch
        && event.previous() < mayHave
        && !Reading.opensAll(event, replica.geometry(), ground.self())) {
      halt(
          "the stream has lost its end: epoch %d follows on event %d, this target may have applied up to %d"
              .formatted(event.epoch(), event.previous(), mayHave));
      fenceIfBelieved(event);
      return true;
    }
    if (recovery != null && Reading.opensAll(event, replica.geometry(), ground.self())) {
      return startAnew(event, replica, replay);
    }
    long written = replay.act(event, recovery != null);
    bytes += written;
    changes += written > 0 ? 1 : 0;
    chain = chain.after(event);
    if (recovery != null && recovery.isLandmark(event, ground.self())) {
      recovery = null;
    }
    return true;
  }

  private boolean full(Event event) {
    return event.sequence() > limit
        || replica != null && replica.versions().changedPages() >= Versions.MOST_CHANGED;
  }

  /// From an EPOCH on nothing of an older epoch counts, although nothing newer is applied. One that
  /// cannot be true of this volume says nothing: what it named would keep the real owner out, for
  /// ever. As long as no volume is known it is held against its own words.
  private void fenceIfBelieved(Event event) {
    if (event.body() instanceof Body.Epoch(Ownership stated, _)
        && event.epoch() > chain.epoch()
        && Plausible.objection(event, replica == null ? stated.geometry() : replica.geometry())
            == null) {
      chain = new Chain(event.epoch(), Math.min(chain.sequence(), event.sequence()));
    }
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
    if (replica == null) {
      learn(stated, event);
    }
    Replica replica = Objects.requireNonNull(this.replica);
    if (Plausible.objection(event, replica.geometry()) != null) {
      passedOver++; // what can be believed may still come, and is what was asked for
      return true;
    }
    if (full(event)) {
      return false;
    }
    return startAnew(event, replica, Objects.requireNonNull(replay));
  }

  /// Goes on inside a gap over the whole volume: whatever the replica holds is going to be
  /// replaced.
  private boolean startAnew(Event event, Replica replica, Replay replay) throws IOException {
    if (replica.versions().isFrozen()) {
      return false;
    }
    replica.forgetVersions(ground.disk());
    halt = null;
    recovery = null;
    replay.act(event, false);
    chain = chain.after(event);
    return true;
  }

  /// Makes the replica's files, now that it is known what they are to hold, and a first checkpoint
  /// before anything is applied: from then on the data is never without one.
  private void learn(Ownership ownership, Event event) throws IOException {
    adopt(Replica.create(Identity.ofNew(ownership), ground.medium(), ground.disk()), List.of());
    limit = event.sequence() + ground.reach();
    file.write(snapshot(limit));
  }

  /// Applies nothing more before the source has sent everything again. What halted it first stays
  /// the reason.
  ///
  /// @param reason one sentence: what of the stream is missing or cannot be believed
  public void halt(String reason) {
    if (halt == null) {
      halt = new Halt(reason, true);
      noted = null;
    }
  }

  /// What was read up to now does not lead on: halted, it takes the records from another place on.
  public void goOnFrom(StreamPosition place) {
    assert halt != null : "records may only be missing while nothing is applied";
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
    return replica != null && !next.equals(noted);
  }

  /// Whether a crash now would leave something to recover that a checkpoint can rule out, as long
  /// as nothing more is applied.
  public boolean restless() {
    return replica != null && recovery == null && limit > chain.sequence();
  }

  /// Whether a checkpoint should come soon, so that applying never has to wait for it.
  public boolean pressed() {
    long left = limit - chain.sequence();
    return replica != null
        && (left > 0 && left < ground.reach() / 2
            || replica.versions().changedPages() >= Versions.MOST_CHANGED / 2);
  }

  /// Begins a checkpoint. One at a time; none before [#moved] has been true.
  ///
  /// @param resting nothing more is applied before the next checkpoint, so that a crash after this
  ///   one leaves nothing to recover
  public CheckpointJob begin(boolean resting) {
    Replica replica = Objects.requireNonNull(this.replica);
    long intent = resting ? chain.sequence() : Math.max(chain.sequence(), wanted) + ground.reach();
    if (recovery != null) {
      intent = Math.max(intent, recovery.intent());
    }
    if (resting) {
      limit = Math.min(limit, intent);
    }
    noted = next;
    return new CheckpointJob(replica.device(), replica.versions().freeze(), file, snapshot(intent));
  }

  private Checkpoint snapshot(long intent) {
    return new Checkpoint(
        Objects.requireNonNull(replica).identity(),
        chain,
        next,
        // a recovery that is cut short goes on from what the stream was when it was whole
        recovery == null ? leaderEpoch : recovery.leaderEpoch(),
        intent,
        halt,
        Objects.requireNonNull(replay).undone().snapshot());
  }

  /// Takes note that a checkpoint is durable.
  public void completed(CheckpointJob job) {
    Objects.requireNonNull(replica).versions().thaw();
    limit = job.checkpoint().intent();
  }

  public Trust trust() {
    if (halt != null) {
      return new Trust.Halted(halt.reason());
    }
    if (replay == null) {
      return new Trust.Unborn();
    }
    if (recovery != null) {
      return new Trust.Recovering(recovery.reason());
    }
    int undone = replay.undone().count();
    return undone > 0 ? new Trust.Incomplete(undone) : new Trust.Sound();
  }

  public Want want() {
    if (halt != null) {
      return halt.mendable() ? new Want.WholeVolume(halt.reason()) : new Want.Nothing();
    }
    if (recovery != null && recovery.needsLandmark()) {
      return new Want.Landmark(recovery.landmark());
    }
    if (replay == null || replay.undone().count() == 0) {
      return new Want.Nothing();
    }
    ChunkSet left = replay.undone().leftOver();
    return left.isEmpty() ? new Want.Patience() : new Want.Chunks(left);
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
    return replica == null ? null : replica.identity();
  }

  public @Nullable UUID volume() {
    return replica == null ? null : replica.identity().volume();
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
    if (replica != null) {
      replica.close();
    }
  }
}
