package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.CheckpointJob;
import io.blocktail.consumer.intake.ChangeStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/// When a target makes its checkpoints, and what follows from one that is durable. For the target's
/// thread, except for [#step] by its checkpoint thread, which carries them out, and [#hurry] by
/// anybody.
final class Checkpoints {
  private final ChangeStream stream;
  private final Duration interval;
  private final Backoff backoff;
  private final InstantSource clock;
  private final CheckpointDesk desk = new CheckpointDesk();

  /// When the last one was begun, or the target's files were opened.
  private Instant last = Instant.MIN;

  /// Whether a record was read since the last one was begun.
  private boolean active;

  /// @param stream is told how far the target is
  /// @param interval how often one is made, at most
  /// @param backoff is told that the target's files are in order
  Checkpoints(ChangeStream stream, Duration interval, Backoff backoff, InstantSource clock) {
    this.stream = stream;
    this.interval = interval;
    this.backoff = backoff;
    this.clock = clock;
  }

  /// The target's files were opened, at their last checkpoint.
  void open() {
    last = clock.instant();
  }

  /// A record was applied.
  void applied() {
    active = true;
  }

  /// The next one is due, however young the last is.
  void hasten() {
    last = Instant.MIN;
  }

  void beginIfDue(Applier applier) {
    if (desk.busy()) {
      return;
    }
    boolean due = !clock.instant().isBefore(last.plus(interval));
    if (applier.pressed() || due && active && applier.moved()) {
      begin(applier, false);
    } else if (due && (applier.moved() || applier.restless())) {
      begin(applier, true);
    }
  }

  private void begin(Applier applier, boolean resting) {
    last = clock.instant();
    active = false;
    desk.begin(applier.begin(resting));
  }

  /// The next record has to wait for a checkpoint.
  ///
  /// @return whether one is durable now
  boolean makeRoom(Applier applier, Duration patience) throws IOException {
    if (!desk.busy()) {
      begin(applier, false);
    }
    desk.awaitEnd(patience);
    return settle(applier);
  }

  /// Takes note of a checkpoint that has ended.
  ///
  /// @return whether one is durable now
  /// @throws IOException what made it fail
  boolean settle(Applier applier) throws IOException {
    Optional<CheckpointJob> ended = desk.settle();
    ended.ifPresent(job -> {
      applier.completed(job);
      stream.commit(job.checkpoint().next());
      backoff.succeeded();
    });
    return ended.isPresent();
  }

  /// Carries out one step of the checkpoint under way, if there is one. The checkpoint thread.
  ///
  /// @param patience how long to wait for one
  /// @return whether there was something to do
  boolean step(Duration patience) {
    desk.awaitWork(patience);
    return desk.work();
  }

  /// Waits for the one under way to end.
  void awaitEnd(Duration atMost) {
    desk.awaitEnd(atMost);
  }

  /// Makes the last one, which leaves nothing to recover. When the checkpoint thread is not inside
  /// [#step], or will be.
  void finish(Applier applier) throws IOException {
    drain(applier);
    if (applier.moved() || applier.restless()) {
      begin(applier, true);
      drain(applier);
    }
  }

  private void drain(Applier applier) throws IOException {
    while (desk.work()) {}
    settle(applier);
  }

  /// Gives up the one under way; afterwards nobody works on it.
  void abandon() {
    desk.abandon();
  }

  /// Nobody waits for one any more. Any thread.
  void hurry() {
    desk.close();
  }
}
