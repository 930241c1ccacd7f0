package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.Checkpoint;
import io.blocktail.consumer.apply.CheckpointFile;
import io.blocktail.consumer.apply.Identity;
import io.blocktail.consumer.apply.Resumption;
import io.blocktail.consumer.digest.ResyncAsker;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamUnavailableException;
import io.blocktail.storage.FileTrouble;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One copy of one volume: its files, open or closed, and its state. Steppable: [#step] by the
/// target's thread, [#checkpointStep] and [#watch] by its checkpoint thread, [#report] and [#hurry]
/// by anybody; a simulation calls all of them from one. Has no thread of its own and does not sleep
/// except as it is told to. What is not volatile here belongs to the target's thread; the parts say
/// for themselves who may call them.
public final class Target {
  private static final Logger LOG = Logger.getLogger(Target.class);

  /// How long a file may take over one record, or over the checkpoint that it has to wait for.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// What an operator has to know who has mended what was wrong.
  private static final String RETRY = ". It tries again by itself until that is mended";

  private final String label;
  private final Applier.Ground ground;
  private final ChangeStream stream;
  private final InstantSource clock;
  private final Backoff backoff;
  private final StreamReader reader;
  private final Checkpoints checkpoints;
  private final Asking asking;

  /// Null while the target's files are not open.
  private @Nullable Applier applier;

  private TargetState state = new TargetState.Initializing("starting");

  /// What the checkpoint thread has found wrong with the replica's file; null when nothing is.
  private volatile @Nullable IOException misplaced;

  private volatile TargetReport report = TargetReport.starting();

  /// @param label names the target in the log
  public Target(
      String label,
      Applier.Ground ground,
      ChangeStream stream,
      ResyncAsker asker,
      TargetSettings settings,
      InstantSource clock) {
    this.label = label;
    this.ground = ground;
    this.stream = stream;
    this.clock = clock;
    this.backoff = new Backoff(settings.retry());
    this.reader = new StreamReader(label, stream, clock);
    this.checkpoints = new Checkpoints(stream, settings.checkpointInterval(), backoff, clock);
    this.asking = new Asking(asker, settings.patience());
  }

  /// Does one bounded piece of work. After an error of its files the target closes them, says why,
  /// and opens them again after a pause.
  ///
  /// @param patience how long to wait when there is nothing to do
  /// @return whether there was something to do
  public boolean step(Duration patience) {
    boolean busy;
    try {
      Applier open = applier;
      busy = open == null ? open(patience) : advance(open, patience);
    } catch (StreamUnavailableException e) {
      busy = false;
      reader.unavailable(e);
      backoff.pauseOnce(clock.instant());
    } catch (IOException e) {
      busy = false;
      fail(e);
    }
    publishReport();
    return busy;
  }

  private boolean open(Duration patience) throws IOException, StreamUnavailableException {
    if (pauses(patience)) {
      return false;
    }
    if (state instanceof TargetState.Halted halted) {
      move(halted.retry());
    }
    StreamBounds bounds = stream.bounds();
    Optional<Checkpoint> checkpoint = new CheckpointFile(ground.disk()).read();
    if (checkpoint.isEmpty() && !ground.medium().blank()) {
      throw new IOException(
          "%s has content, but there is no checkpoint that says which: give another file, or empty this one"
              .formatted(ground.medium()));
    }
    var resumption = Resumption.of(checkpoint.orElse(null), bounds, UUID.randomUUID().toString());
    applier = Applier.open(ground, checkpoint.orElse(null), resumption);
    misplaced = null;
    reader.open(resumption.from(), bounds);
    checkpoints.open();
    move(state.observe(applier.trust()));
    return true;
  }

  /// Waits while something that has failed is not to be tried again yet.
  private boolean pauses(Duration patience) {
    Duration left = backoff.left(clock.instant());
    if (left.isPositive()) {
      checkpoints.awaitEnd(left.compareTo(patience) < 0 ? left : patience);
    }
    return left.isPositive();
  }

  private boolean advance(Applier applier, Duration patience)
      throws IOException, StreamUnavailableException {
    IOException misplaced = this.misplaced;
    if (misplaced != null) {
      throw misplaced;
    }
    checkpoints.settle(applier);
    if (pauses(patience)) {
      return false;
    }
    boolean busy = read(applier, patience);
    for (var record = reader.first(); record != null; record = reader.first()) {
      if (applier.take(record) == Applier.Outcome.FULL) {
        return checkpoints.makeRoom(applier, patience);
      }
      reader.applied();
      checkpoints.applied();
      move(state.observe(applier.trust()));
    }
    asking.observe(applier, reader.lag().end(), clock.instant());
    checkpoints.beginIfDue(applier);
    return busy;
  }

  private boolean read(Applier applier, Duration patience) throws StreamUnavailableException {
    try {
      if (reader.compareWithSeen(applier)) {
        checkpoints.hasten();
      }
      return reader.read(applier, patience);
    } finally {
      // a lost place halts it also when the broker does not tell yet where to go on
      move(state.observe(applier.trust()));
    }
  }

  /// Carries out one step of the checkpoint under way, if there is one.
  ///
  /// @param patience how long to wait for one
  /// @return whether there was something to do
  public boolean checkpointStep(Duration patience) {
    return checkpoints.step(patience);
  }

  /// Looks how the stream lies, and whether the replica's file is where it was. The checkpoint
  /// thread, about once a second.
  public void watch() {
    try {
      ground.medium().checkInPlace();
      misplaced = null;
    } catch (IOException e) {
      misplaced = e;
    }
    reader.watch();
  }

  /// An error of the target's own files: what is on them is not known any more.
  private void fail(IOException e) {
    LOG.errorf(e, "%s: halted", label);
    release();
    move(state.halt(FileTrouble.said(e) + RETRY));
    backoff.failed(clock.instant());
  }

  private void release() {
    checkpoints.abandon();
    reader.drop();
    Applier open = applier;
    applier = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        LOG.warnf(e, "%s: its files could not be closed", label);
      }
    }
  }

  /// Stops for good, with a checkpoint that leaves nothing to recover. When nobody is inside any
  /// other call, or will be, except [#report].
  public void finish() {
    Applier open = applier;
    try {
      if (open != null) {
        checkpoints.finish(open);
      }
    } catch (IOException e) {
      LOG.errorf(
          e, "%s: the last checkpoint has failed, it will recover from the one before", label);
    }
    release();
    if (!(state instanceof TargetState.Halted)) {
      state = new TargetState.Initializing("stopped");
    }
    publishReport();
  }

  /// Ends all waiting inside other calls, before [#finish]. Any thread.
  public void hurry() {
    checkpoints.hurry();
  }

  private void move(TargetState next) {
    if (!next.equals(state)) {
      if (next.getClass() != state.getClass()) {
        LOG.infof("%s: %s → %s %s", label, state.label(), next.label(), next.reason());
      }
      state = next;
    }
  }

  private void publishReport() {
    Applier open = applier;
    Identity identity = open == null ? null : open.identity();
    boolean known = reader.away() == null;
    report =
        open == null
            ? report.closed(state, reason())
            : new TargetReport(
                identity == null ? null : identity.volume(),
                identity == null ? null : identity.replica(),
                state,
                reason(),
                state instanceof TargetState.Following,
                open.chain().epoch(),
                open.chain().sequence(),
                open.undoneCount(),
                known ? reader.lag().changes(open.next().offset()) : null,
                known ? reader.lag().millis(open.next().offset(), clock.millis()) : null,
                open.tally());
  }

  private @Nullable String reason() {
    String away = reader.away();
    String own = state.reason();
    return away == null ? own : own == null ? away : own + "; " + away;
  }

  /// How the target is. Any thread.
  public TargetReport report() {
    Instant since = reader.applyingSince();
    if (since == null) {
      return report;
    }
    var silence = Duration.between(since, clock.instant());
    return silence.compareTo(PATIENCE) > 0 ? report.hanging(silence) : report;
  }
}
