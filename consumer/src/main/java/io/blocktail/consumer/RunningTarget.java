package io.blocktail.consumer;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.target.ReplicaFile;
import io.blocktail.consumer.target.Target;
import io.blocktail.consumer.target.TargetLock;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.consumer.target.TargetState;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.storage.FileDisk;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A target with its two threads: one reads and applies, the other makes checkpoints, looks how the
/// stream lies and tells others how the target is. What goes wrong here costs no other target.
final class RunningTarget {
  private static final Logger LOG = Logger.getLogger(RunningTarget.class);
  private static final Duration STEP = Duration.ofMillis(100);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final TargetPlan plan;
  private final TargetLock lock;
  private final ChangeStream stream;
  private final Announcer announcer;
  private final Target target;
  private final Thread worker;
  private final Thread checkpointer;
  private volatile boolean stopping;

  /// What stopped a thread that should not have stopped; null when nothing has.
  private volatile @Nullable Throwable defect;

  private RunningTarget(
      TargetPlan plan,
      TargetLock lock,
      ChangeStream stream,
      Announcer announcer,
      TargetSettings settings)
      throws IOException {
    this.plan = plan;
    this.lock = lock;
    this.stream = stream;
    this.announcer = announcer;
    var ground =
        new Applier.Ground(
            plan.name(),
            new ReplicaFile(plan.file()),
            FileDisk.open(plan.directory()),
            announcer,
            settings.reach());
    String label = plan.volume() + "/" + plan.name();
    this.target = new Target(label, ground, stream, announcer, settings, InstantSource.system());
    String suffix = "-" + plan.volume() + "-" + plan.name();
    this.worker = Thread.ofPlatform().name("target" + suffix).unstarted(() -> guard(this::work));
    this.checkpointer =
        Thread.ofPlatform().name("checkpoint" + suffix).unstarted(() -> guard(this::attend));
  }

  /// @throws IOException when another consumer has the target's directory, or it cannot be used
  static RunningTarget start(
      TargetPlan plan, ChangeStream stream, Announcer announcer, TargetSettings settings)
      throws IOException {
    TargetLock lock = TargetLock.take(plan.directory());
    try {
      var running = new RunningTarget(plan, lock, stream, announcer, settings);
      running.worker.start();
      running.checkpointer.start();
      return running;
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private void guard(Runnable loop) {
    try {
      loop.run();
    } catch (Throwable e) {
      LOG.fatalf(e, "%s/%s: stopped by a defect of this program", plan.volume(), plan.name());
      defect = e;
      stopping = true;
      target.hurry();
    }
  }

  private void work() {
    while (!stopping) {
      target.step(STEP);
    }
  }

  private void attend() {
    long watched = System.nanoTime() - SECOND;
    TargetReport told = target.report();
    while (!stopping) {
      if (target.checkpointStep(STEP)) {
        continue;
      }
      TargetReport now = target.report();
      boolean second = System.nanoTime() - watched >= SECOND;
      if (second || !now.state().label().equals(told.state().label())) {
        announce(now);
        told = now;
      }
      if (second) {
        watched = System.nanoTime();
        target.watch();
      }
    }
  }

  private void announce(TargetReport report) {
    var status = new ReplicaStatus();
    status.setVolumeId(report.volume() == null ? null : report.volume().toString());
    status.setReplica(report.replica() == null ? null : report.replica().toString());
    status.setState(report.state().label());
    status.setReason(report.reason());
    status.setConsistent(report.consistent());
    status.setEpoch(report.epoch());
    status.setWatermark(report.watermark());
    status.setUndoneChunks(report.undoneChunks());
    status.setLagChanges(report.lagChanges());
    status.setLagMillis(report.lagMillis());
    announcer.announce(status);
  }

  TargetPlan plan() {
    return plan;
  }

  /// Never consistent once a thread of its has stopped.
  TargetReport report() {
    TargetReport report = target.report();
    Throwable defect = this.defect;
    if (defect == null) {
      return report;
    }
    var halted = new TargetState.Halted("a defect of this program: " + defect);
    return report.closed(halted, halted.reason());
  }

  /// Asks the threads to end, without waiting for them.
  void stop() {
    stopping = true;
    target.hurry();
  }

  /// Waits for the threads to end and leaves everything in order.
  void finish() {
    try {
      worker.join();
      checkpointer.join();
    } catch (InterruptedException e) {
      throw new AssertionError("who stops the targets is never interrupted", e);
    }
    if (defect == null) {
      target.finish();
      announce(target.report());
    }
    try (lock;
        stream) {
      // both are closed, whichever fails
    } catch (IOException e) {
      LOG.warnf(e, "%s/%s: its lock could not be released", plan.volume(), plan.name());
    }
  }
}
