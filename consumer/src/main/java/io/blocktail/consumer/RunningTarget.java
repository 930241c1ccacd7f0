package io.blocktail.consumer;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.digest.Announcer;
import io.blocktail.consumer.intake.ChangeStream;
import io.blocktail.consumer.target.ReplicaFile;
import io.blocktail.consumer.target.Target;
import io.blocktail.consumer.target.TargetInUse;
import io.blocktail.consumer.target.TargetLock;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.consumer.target.TargetState;
import io.blocktail.event.avro.ReplicaStatus;
import io.blocktail.storage.FileDisk;
import io.blocktail.storage.FileTrouble;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// A target with its two threads: one reads and applies, the other makes checkpoints, looks how the
/// stream lies and tells others how the target is. What goes wrong here costs no other target.
final class RunningTarget {
  private static final Logger LOG = Logger.getLogger(RunningTarget.class);
  private static final Duration STEP = Duration.ofMillis(100);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  /// How often a directory that cannot be used is tried again.
  private static final Duration RETRY = Duration.ofSeconds(1);

  private record Opened(TargetLock lock, Target target) {}

  private final TargetPlan plan;
  private final ChangeStream stream;
  private final Announcer announcer;
  private final TargetSettings settings;
  private final Thread worker;
  private final Thread checkpointer;
  private final CountDownLatch stopping = new CountDownLatch(1);

  /// Null until the target's directory can be used; set once, by the worker or before it runs.
  private volatile @Nullable Opened opened;

  /// How the target is until then.
  private volatile TargetReport unopened = TargetReport.starting();

  /// What stopped a thread that should not have stopped; null when nothing has.
  private volatile @Nullable Throwable defect;

  private RunningTarget(
      TargetPlan plan, ChangeStream stream, Announcer announcer, TargetSettings settings) {
    this.plan = plan;
    this.stream = stream;
    this.announcer = announcer;
    this.settings = settings;
    String suffix = "-" + plan.volume() + "-" + plan.name();
    this.worker = Thread.ofPlatform().name("target" + suffix).unstarted(() -> guard(this::work));
    this.checkpointer =
        Thread.ofPlatform().name("checkpoint" + suffix).unstarted(() -> guard(this::attend));
  }

  /// A target whose files cannot be used says so and tries again by itself.
  ///
  /// @throws TargetInUse when another consumer has the target's directory
  static RunningTarget start(
      TargetPlan plan, ChangeStream stream, Announcer announcer, TargetSettings settings)
      throws TargetInUse {
    var running = new RunningTarget(plan, stream, announcer, settings);
    try {
      running.opened = running.open();
    } catch (TargetInUse e) {
      throw e;
    } catch (IOException e) {
      running.cannotOpen(e);
    }
    running.worker.start();
    running.checkpointer.start();
    return running;
  }

  private Opened open() throws IOException {
    plan.prepare();
    TargetLock lock = TargetLock.take(plan.directory());
    try {
      var ground =
          new Applier.Ground(
              plan.name(),
              new ReplicaFile(plan.file()),
              FileDisk.open(plan.directory()),
              announcer,
              settings.reach());
      return new Opened(
          lock, new Target(label(), ground, stream, announcer, settings, InstantSource.system()));
    } catch (IOException e) {
      lock.close();
      throw e;
    }
  }

  private void cannotOpen(IOException e) {
    String reason = FileTrouble.said(e) + ". It tries again by itself until that is mended";
    if (!reason.equals(unopened.reason())) {
      LOG.errorf("%s: halted: %s", label(), reason);
    }
    unopened = unopened.closed(new TargetState.Halted(reason), reason);
  }

  private String label() {
    return plan.volume() + "/" + plan.name();
  }

  private void guard(Runnable loop) {
    try {
      loop.run();
    } catch (Throwable e) {
      LOG.fatalf(e, "%s: stopped by a defect of this program", label());
      defect = e;
      stop();
    }
  }

  private void work() {
    while (!isStopping()) {
      Opened opened = this.opened;
      if (opened != null) {
        opened.target().step(STEP);
      } else if (!awaitStop(RETRY)) {
        try {
          this.opened = open();
        } catch (IOException e) {
          cannotOpen(e);
        }
      }
    }
  }

  private boolean isStopping() {
    return stopping.getCount() == 0;
  }

  private boolean awaitStop(Duration atMost) {
    try {
      return stopping.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      throw new AssertionError("a target's threads are never interrupted", e);
    }
  }

  private void attend() {
    long watched = System.nanoTime() - SECOND;
    TargetReport told = report();
    while (!isStopping()) {
      Opened opened = this.opened;
      if (opened == null) {
        awaitStop(STEP);
      } else {
        opened.target().checkpointStep(STEP);
      }
      TargetReport now = report();
      boolean second = System.nanoTime() - watched >= SECOND;
      if (second || !now.state().label().equals(told.state().label())) {
        announce(now);
        told = now;
      }
      if (second) {
        watched = System.nanoTime();
        if (opened != null) {
          opened.target().watch();
        }
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
    Opened opened = this.opened;
    TargetReport report = opened == null ? unopened : opened.target().report();
    if (defect == null) {
      return report;
    }
    var halted =
        new TargetState.Halted(
            "a defect of this program has stopped it: the consumer's log tells which. Restart the"
                + " consumer; what is applied is not lost");
    return report.closed(halted, halted.reason());
  }

  /// Asks the threads to end, without waiting for them.
  void stop() {
    stopping.countDown();
    Opened opened = this.opened;
    if (opened != null) {
      opened.target().hurry();
    }
  }

  /// Waits for the threads to end and leaves everything in order.
  void finish() {
    try {
      worker.join();
      checkpointer.join();
    } catch (InterruptedException e) {
      throw new AssertionError("who stops the targets is never interrupted", e);
    }
    Opened opened = this.opened;
    if (opened != null && defect == null) {
      opened.target().finish();
      announce(report());
    }
    try (var _ = opened == null ? null : opened.lock();
        stream) {
      // both are closed, whichever fails
    } catch (IOException e) {
      LOG.warnf(e, "%s: its lock could not be released", label());
    }
  }
}
