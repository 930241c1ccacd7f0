package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.Checkpoint;
import io.blocktail.consumer.apply.CheckpointFile;
import io.blocktail.consumer.apply.CheckpointJob;
import io.blocktail.consumer.apply.Identity;
import io.blocktail.consumer.apply.Resumption;
import io.blocktail.consumer.digest.ResyncAsker;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.intake.StreamBounds;
import io.blocktail.consumer.intake.StreamCutException;
import io.blocktail.consumer.intake.StreamPosition;
import io.blocktail.consumer.intake.StreamRecord;
import io.blocktail.consumer.intake.StreamUnavailableException;
import io.blocktail.consumer.intake.UnreadableRecordException;
import io.blocktail.storage.FileTrouble;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// One copy of one volume. Steppable: [#step] by the target's thread, [#checkpointStep] and
/// [#watch] by its checkpoint thread, [#report] by anybody; a simulation calls all of them from
/// one. Has no thread of its own and does not sleep except as it is told to.
public final class Target {
  private static final Logger LOG = Logger.getLogger(Target.class);

  /// How long a file may take over one record, or over the checkpoint that it has to wait for.
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /// What an operator has to know who has mended what was wrong.
  private static final String RETRY = ". It tries again by itself until that is mended";

  private final String label;
  private final Applier.Ground ground;
  private final ChangeStream stream;
  private final TargetSettings settings;
  private final InstantSource clock;
  private final CheckpointDesk desk = new CheckpointDesk();
  private final Asking asking;
  private final Lag lag = new Lag();

  /// What has been read and not been applied.
  private final ArrayDeque<StreamRecord> waiting = new ArrayDeque<>();

  /// Null while the target's files are not open.
  private @Nullable Applier applier;

  /// Whether the place in the stream is lost, and where to go on is not known yet.
  private boolean astray;

  private TargetState state = new TargetState.Initializing("starting");
  private final Backoff backoff;
  private Instant lastCheckpoint = Instant.MIN;

  /// Whether a record was read since the last checkpoint was begun.
  private boolean active;

  /// Why the target's thread cannot read the stream; null when it can.
  private @Nullable String unread;

  /// Why the checkpoint thread cannot see how the stream lies; null when it can.
  private volatile @Nullable String unseen;

  /// What the checkpoint thread has found wrong with the replica's file; null when nothing is.
  private volatile @Nullable IOException misplaced;

  /// How the checkpoint thread last saw the stream.
  private volatile @Nullable StreamBounds seen;

  /// Since when the record that waits first is being applied; null while none is.
  private volatile @Nullable Instant applyingSince;

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
    this.settings = settings;
    this.clock = clock;
    this.asking = new Asking(asker, settings.patience());
    this.backoff = new Backoff(settings.retry());
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
      unread = away(unread, e);
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
    stream.seek(resumption.from());
    astray = false;
    misplaced = null;
    seen = bounds;
    unread = null;
    unseen = null;
    lag.restart(bounds);
    lastCheckpoint = clock.instant();
    move(state.observe(applier.trust()));
    return true;
  }

  /// Waits while something that has failed is not to be tried again yet.
  private boolean pauses(Duration patience) {
    Duration left = backoff.left(clock.instant());
    if (left.isPositive()) {
      desk.awaitEnd(left.compareTo(patience) < 0 ? left : patience);
    }
    return left.isPositive();
  }

  private boolean advance(Applier applier, Duration patience)
      throws IOException, StreamUnavailableException {
    IOException misplaced = this.misplaced;
    if (misplaced != null) {
      throw misplaced;
    }
    settle(applier);
    if (pauses(patience)) {
      return false;
    }
    compareWithSeen(applier);
    boolean busy = read(applier, patience);
    while (!waiting.isEmpty()) {
      StreamRecord record = waiting.getFirst();
      if (applyingSince == null) {
        applyingSince = clock.instant();
      }
      if (applier.take(record) == Applier.Outcome.FULL) {
        return makeRoom(applier, patience);
      }
      waiting.removeFirst();
      applyingSince = null;
      active = true;
      lag.applied(record);
      move(state.observe(applier.trust()));
    }
    asking.observe(applier, lag.end(), clock.instant());
    checkpointIfDue(applier);
    return busy;
  }

  private boolean read(Applier applier, Duration patience)
      throws IOException, StreamUnavailableException {
    if (!waiting.isEmpty()) {
      return true;
    }
    if (astray) {
      goOn(applier, stream.bounds());
      return true;
    }
    try {
      ChangeStream.Batch batch = stream.poll(patience);
      unread = null;
      waiting.addAll(batch.records());
      lag.known(batch.end());
      return !batch.records().isEmpty();
    } catch (StreamCutException e) {
      astray(applier, String.valueOf(e.getMessage()));
      goOn(applier, stream.bounds());
      return true;
    } catch (UnreadableRecordException e) {
      passOver(applier, e);
      return true;
    }
  }

  /// Nobody can say what the record was, so it counts as lost.
  private void passOver(Applier applier, UnreadableRecordException e) {
    applier.halt(
        "the record at offset %d is damaged where the broker keeps it: %s"
            .formatted(e.offset(), e.getMessage()));
    applier.goOnFrom(new StreamPosition(applier.next().topicId(), e.offset() + 1, -1));
    stream.seek(applier.next());
    move(state.observe(applier.trust()));
  }

  /// Records of the stream that were to be read are gone. The target halts at once: the broker may
  /// not tell yet where to go on.
  private void astray(Applier applier, String reason) {
    astray = true;
    drop();
    applier.halt(reason);
    move(state.observe(applier.trust()));
  }

  /// Forgets what has been read and not been applied.
  private void drop() {
    waiting.clear();
    applyingSince = null;
  }

  /// Reads on from the place that is nearest to the lost one.
  private void goOn(Applier applier, StreamBounds bounds) {
    boolean same = applier.next().topicId().equals(bounds.topicId());
    long offset =
        same
            ? Math.clamp(applier.next().offset(), bounds.beginning(), bounds.end())
            : bounds.beginning();
    seen = bounds;
    lag.restart(bounds);
    applier.goOnFrom(new StreamPosition(bounds.topicId(), offset, -1));
    stream.seek(applier.next());
    astray = false;
  }

  /// A stream whose leader was elected anew may lack records that are on their way to us: what was
  /// read and not applied is dropped and read again, from a place that the broker checks.
  private void compareWithSeen(Applier applier) throws StreamUnavailableException {
    StreamBounds seen = this.seen;
    if (seen == null) {
      return;
    }
    lag.seen(seen);
    if (!seen.topicId().equals(applier.next().topicId())) {
      StreamBounds now = stream.bounds();
      if (!now.topicId().equals(applier.next().topicId())) {
        astray(
            applier,
            "the stream's topic was made anew while it was read: its id is %s, was %s"
                .formatted(now.topicId(), applier.next().topicId()));
        goOn(applier, now);
      }
    } else if (seen.leaderEpoch() > applier.leaderEpoch()) {
      drop();
      stream.seek(applier.next());
      applier.leaderEpoch(seen.leaderEpoch());
      lastCheckpoint = Instant.MIN;
    }
  }

  /// The next record has to wait for a checkpoint.
  private boolean makeRoom(Applier applier, Duration patience) throws IOException {
    if (!desk.busy()) {
      begin(applier, false);
    }
    desk.awaitEnd(patience);
    return settle(applier);
  }

  private void checkpointIfDue(Applier applier) {
    if (desk.busy()) {
      return;
    }
    boolean due = !clock.instant().isBefore(lastCheckpoint.plus(settings.checkpointInterval()));
    if (applier.pressed() || due && active && applier.moved()) {
      begin(applier, false);
    } else if (due && (applier.moved() || applier.restless())) {
      begin(applier, true);
    }
  }

  private void begin(Applier applier, boolean resting) {
    lastCheckpoint = clock.instant();
    active = false;
    desk.begin(applier.begin(resting));
  }

  private boolean settle(Applier applier) throws IOException {
    Optional<CheckpointJob> ended = desk.settle();
    ended.ifPresent(job -> {
      applier.completed(job);
      stream.commit(job.checkpoint().next());
      backoff.succeeded();
    });
    return ended.isPresent();
  }

  /// Carries out one step of the checkpoint under way, if there is one.
  ///
  /// @param patience how long to wait for one
  /// @return whether there was something to do
  public boolean checkpointStep(Duration patience) {
    desk.awaitWork(patience);
    return desk.work();
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
    try {
      seen = stream.bounds();
      unseen = null;
    } catch (StreamUnavailableException e) {
      unseen = away(unseen, e);
    }
  }

  private String away(@Nullable String before, StreamUnavailableException e) {
    String reason = "the stream cannot be read: " + e.getMessage();
    if (before == null) {
      LOG.warnf("%s: %s", label, reason);
    }
    return reason;
  }

  /// An error of the target's own files: what is on them is not known any more.
  private void fail(IOException e) {
    LOG.errorf(e, "%s: halted", label);
    release();
    move(halted(FileTrouble.said(e) + RETRY));
    backoff.failed(clock.instant());
  }

  private TargetState halted(String reason) {
    return switch (state) {
      case TargetState.Initializing at -> at.halt(reason);
      case TargetState.Recovering at -> at.halt(reason);
      case TargetState.Resyncing at -> at.halt(reason);
      case TargetState.Following at -> at.halt(reason);
      case TargetState.Halted at -> at.halt(reason);
    };
  }

  private void release() {
    desk.abandon();
    drop();
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
        drain(open);
        if (open.moved() || open.restless()) {
          desk.begin(open.begin(true));
          drain(open);
        }
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

  private void drain(Applier applier) throws IOException {
    while (desk.work()) {}
    settle(applier);
  }

  /// Ends all waiting inside other calls, before [#finish].
  public void hurry() {
    desk.close();
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
    boolean known = away() == null;
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
                known ? lag.changes(open.next().offset()) : null,
                known ? lag.millis(open.next().offset(), clock.millis()) : null,
                open.tally());
  }

  /// Why nobody knows what the stream holds; null when that is known.
  private @Nullable String away() {
    return unread == null ? unseen : unread;
  }

  private @Nullable String reason() {
    String away = away();
    String own = state.reason();
    return away == null ? own : own == null ? away : own + "; " + away;
  }

  /// How the target is. Any thread.
  public TargetReport report() {
    Instant since = applyingSince;
    if (since == null) {
      return report;
    }
    var silence = Duration.between(since, clock.instant());
    return silence.compareTo(PATIENCE) > 0 ? report.hanging(silence) : report;
  }
}
