package io.blocktail.deploy.process;

import io.blocktail.deploy.process.ChildState.BackingOff;
import io.blocktail.deploy.process.ChildState.GivenUp;
import io.blocktail.deploy.process.ChildState.Idle;
import io.blocktail.deploy.process.ChildState.Ready;
import io.blocktail.deploy.process.ChildState.Starting;
import io.blocktail.deploy.process.ChildState.Stopped;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Keeps one child running, on a thread of its own: starts it, notices that it answers, starts it
/// again when it dies, and gives up when that is no use.
public final class Supervisor {
  private static final long PROBE_MILLIS = 100;
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);

  private final Child child;
  private final RestartPolicy policy;
  private final InstantSource clock;
  private final Consumer<String> notices;
  private final Runnable changed;
  private final Output output;
  private final Thread thread;

  // Guarded by this; every change notifies.
  private ChildState state = new Idle();
  private boolean stopping;
  private @Nullable Process process;
  private @Nullable Thread reader;

  /// @param notices takes lines for people, from this supervisor's thread
  /// @param changed is told of each change of state; quick, from any thread
  public Supervisor(
      Child child,
      RestartPolicy policy,
      InstantSource clock,
      Consumer<String> notices,
      Runnable changed) {
    this.child = child;
    this.changed = changed;
    this.policy = policy;
    this.clock = clock;
    this.notices = notices;
    this.output = new Output(child.output());
    this.thread =
        Thread.ofPlatform().daemon().name("supervise-" + child.name()).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  public String name() {
    return child.name();
  }

  public synchronized ChildState state() {
    return state;
  }

  public synchronized boolean isReady() {
    return state instanceof Ready;
  }

  /// The reason, in the lines that a person should read, why this child was given up.
  public synchronized List<String> complaint() {
    return Complaint.in(output.lastLines());
  }

  private void run() {
    try {
      while (launch()) {
        watch();
        pause();
      }
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts a supervisor", e);
    }
  }

  /// Starts the process, unless it is over.
  private synchronized boolean launch() {
    if (stopping || state instanceof GivenUp) {
      return false;
    }
    try {
      Process started =
          new ProcessBuilder(child.command())
              .directory(child.directory().toFile())
              .redirectErrorStream(true)
              .start();
      process = started;
      reader = drain(started);
      Files.writeString(child.pid(), started.pid() + "\n");
      Instant now = clock.instant();
      move(
          switch (state) {
            case Idle idle -> idle.start(started.pid(), now);
            case BackingOff backingOff -> backingOff.start(started.pid(), now);
            case Starting _, Ready _, GivenUp _, Stopped _ ->
                throw new AssertionError("started in state " + state);
          });
      return true;
    } catch (IOException e) {
      if (process != null) {
        process.destroyForcibly();
      }
      giveUp("it could not be started: " + e.getMessage());
      return false;
    }
  }

  private Thread drain(Process started) {
    return Thread.ofPlatform()
        .daemon()
        .name("output-" + child.name())
        .start(() -> {
          try {
            IOException failed = output.drain(started.getInputStream());
            if (failed != null) {
              notices.accept("%s: cannot be written: %s".formatted(output.file(), failed));
            }
          } catch (IOException e) {
            notices.accept("%s: its output is lost: %s".formatted(child.name(), e));
          }
        });
  }

  /// Returns when the process has ended.
  private void watch() throws InterruptedException {
    Process running = running();
    while (!running.waitFor(PROBE_MILLIS, TimeUnit.MILLISECONDS)) {
      if (child.probe().answers() && answered(running)) {
        running.waitFor();
      }
    }
    // For the last words; but something that the child started could hold the pipe for ever.
    reader().join(LAST_WORDS);
    ended(running.exitValue());
  }

  private synchronized Process running() {
    if (process == null) {
      throw new AssertionError("no process");
    }
    return process;
  }

  private synchronized Thread reader() {
    if (reader == null) {
      throw new AssertionError("no reader");
    }
    return reader;
  }

  /// Whether it was this process that answered: it could have died since.
  private synchronized boolean answered(Process running) {
    if (!running.isAlive() || !(state instanceof Starting starting)) {
      return false;
    }
    if (starting.everReady()) {
      notices.accept("%s runs again (pid %d)".formatted(child.name(), starting.pid()));
    }
    move(starting.answered());
    return true;
  }

  private synchronized void ended(int exit) {
    try {
      Files.deleteIfExists(child.pid());
    } catch (IOException e) {
      notices.accept("%s cannot be removed: %s".formatted(child.pid(), e));
    }
    if (stopping) {
      return;
    }
    Instant now = clock.instant();
    ChildState next =
        switch (state) {
          case Starting starting -> starting.died(exit, now, policy);
          case Ready ready -> ready.died(exit, now, policy);
          case Idle _, BackingOff _, GivenUp _, Stopped _ ->
              throw new AssertionError("died in state " + state);
        };
    if (next instanceof GivenUp(String why)) {
      giveUp(why);
    } else {
      notices.accept("%s %s (log: %s)".formatted(child.name(), next.describe(now), child.log()));
      move(next);
    }
  }

  private synchronized void giveUp(String why) {
    move(new GivenUp(why));
  }

  private synchronized void pause() throws InterruptedException {
    while (!stopping && state instanceof BackingOff(_, Instant until, _, _)) {
      long millis = Duration.between(clock.instant(), until).toMillis();
      if (millis <= 0) {
        return;
      }
      wait(millis);
    }
  }

  private synchronized void move(ChildState next) {
    state = next;
    notifyAll();
    changed.run();
  }

  /// Asks the child to end, and kills it when it has not after `patience`. Nothing is started
  /// afterwards. May be called in any state, and again.
  ///
  /// @return whether it ended by itself
  public boolean stop(Duration patience) throws InterruptedException {
    Process last;
    synchronized (this) {
      stopping = true;
      last = process;
      notifyAll();
    }
    boolean clean = true;
    if (last != null && last.isAlive()) {
      // Not Process.destroy, which closes the pipe before the child's last words.
      last.toHandle().destroy();
      clean = last.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS);
      if (!clean) {
        notices.accept(
            "%s did not stop within %d s and was killed (log: %s)"
                .formatted(child.name(), patience.toSeconds(), child.log()));
        last.destroyForcibly().waitFor();
      }
    }
    if (thread.isAlive()) {
      thread.join();
    }
    synchronized (this) {
      if (!(state instanceof GivenUp)) {
        move(new Stopped());
      }
    }
    return clean;
  }
}
