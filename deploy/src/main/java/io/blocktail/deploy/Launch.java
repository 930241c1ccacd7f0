package io.blocktail.deploy;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.plan.PlannedTarget;
import io.blocktail.deploy.process.Child;
import io.blocktail.deploy.process.ChildState.GivenUp;
import io.blocktail.deploy.process.RestartPolicy;
import io.blocktail.deploy.process.Supervisor;
import io.blocktail.deploy.service.Services;
import io.blocktail.deploy.status.LiveStatus;
import io.blocktail.deploy.status.Screen;
import io.blocktail.deploy.status.Welcome;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// One run of `up`: starts the children, keeps them running until someone wants it over or the
/// producer cannot be kept running, and stops them in order: no writes first, then those that
/// follow, the broker last, so that each can still say its last to the next. A start is whole or
/// over; later the source comes first: whatever else is given up, it serves its clients.
final class Launch {
  private static final Duration ANSWER = Duration.ofSeconds(2);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration POLL = Duration.ofMillis(200);

  private final Directory directory;
  private final Plan plan;
  private final Services services;
  private final Screen screen;

  /// In the order in which they are stopped. Guarded by itself.
  private final List<Supervisor> children = new ArrayList<>();

  /// A state of a child changed, or a signal came: look.
  private final LinkedBlockingQueue<Boolean> wake = new LinkedBlockingQueue<>();

  /// Who was said to be given up.
  private final Set<String> told = new HashSet<>();

  private volatile boolean signalled;

  Launch(Directory directory, Plan plan, Services services, Screen screen) {
    this.directory = directory;
    this.plan = plan;
    this.services = services;
    this.screen = screen;
  }

  /// @return the exit code
  int run() throws IOException, InterruptedException {
    var finished = new LinkedBlockingQueue<Integer>(1);
    // A signal ends the JVM as soon as its hooks are done: the hook waits for this thread's clean
    // stop.
    Thread hook =
        Thread.ofPlatform()
            .name("signal")
            .unstarted(() -> {
              signalled = true;
              wake.add(true);
              try {
                Runtime.getRuntime().halt(finished.take());
              } catch (InterruptedException e) {
                throw new AssertionError("nobody interrupts a hook", e);
              }
            });
    Runtime.getRuntime().addShutdownHook(hook);
    int code = 1;
    try {
      code = startAndKeep();
    } finally {
      code = stop() ? code : 1;
      finished.add(code);
      if (!signalled) {
        removeHook(hook);
      }
    }
    return code;
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // A signal came this moment: the hook ends the process.
    }
  }

  private int startAndKeep() throws IOException, InterruptedException {
    var broker = services.broker();
    if (broker.isPresent()) {
      screen.say("starting the broker...");
      Supervisor supervisor = start(broker.get());
      if (!ready(supervisor)) {
        return over();
      }
    }
    screen.say("starting producer, consumer and validator...");
    List<Supervisor> three = new ArrayList<>();
    // Each in front of those that are stopped after it.
    for (Child child : List.of(services.validator(), services.consumer(), services.producer())) {
      three.add(start(child));
    }
    for (Supervisor supervisor : three) {
      if (!ready(supervisor)) {
        return over();
      }
    }
    return keep();
  }

  private Supervisor start(Child child) {
    var supervisor =
        new Supervisor(
            child,
            RestartPolicy.DEFAULT,
            InstantSource.system(),
            screen::say,
            () -> wake.add(true));
    synchronized (children) {
      children.addFirst(supervisor);
    }
    supervisor.start();
    return supervisor;
  }

  /// Waits until that child answers, and says so once when it takes long; false when it is all over
  /// before.
  private boolean ready(Supervisor supervisor) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    boolean said = false;
    while (!supervisor.isReady()) {
      if (signalled || !givenUp().isEmpty()) {
        return false;
      }
      if (!said && System.nanoTime() - end > 0) {
        screen.say(
            "%s does not answer yet; its log: %s"
                .formatted(supervisor.name(), directory.log(supervisor.name())));
        said = true;
      }
      var _ = wake.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }
    return true;
  }

  /// Waits until the validator can say something: it lives before it has its state. Not for ever,
  /// since all else works without it.
  private void awaitVerdicts(ServiceClient client) throws InterruptedException {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!signalled && givenUp().isEmpty()) {
      var answer = client.replicas();
      if (answer instanceof Answer.Given) {
        return;
      }
      if (System.nanoTime() - end > 0) {
        screen.say("nothing can be verified yet: " + answer.trouble());
        return;
      }
      var _ = wake.poll(POLL.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private int keep() throws InterruptedException {
    var labels = plan.targets().stream().map(PlannedTarget::label).toList();
    try (var client = new ServiceClient(Endpoints.local(plan.ports()), ANSWER)) {
      awaitVerdicts(client);
      Welcome.lines(directory, plan).forEach(screen::say);
      var status = new LiveStatus(client, labels, screen);
      status.start();
      while (!signalled && sourceServes(status)) {
        var _ = wake.take();
      }
      status.stop();
    }
    return over();
  }

  /// Says what was given up since the last time.
  ///
  /// @return whether the producer is not among it
  private boolean sourceServes(LiveStatus status) {
    boolean serves = true;
    for (Supervisor lost : givenUp()) {
      tell(lost);
      status.lost(
          lost.name(),
          "given up: %s. Clients are served on; end this and start it again".formatted(why(lost)));
      serves &= !lost.name().equals(Services.PRODUCER);
    }
    return serves;
  }

  private static String why(Supervisor lost) {
    return ((GivenUp) lost.state()).why();
  }

  /// Says why it is over.
  ///
  /// @return the exit code, as far as it is known here
  private int over() {
    List<Supervisor> lost = givenUp();
    lost.forEach(this::tell);
    return lost.isEmpty() ? 0 : 1;
  }

  private void tell(Supervisor lost) {
    if (told.add(lost.name())) {
      screen.say("");
      screen.say("%s was given up: %s".formatted(lost.name(), why(lost)));
      lost.complaint().forEach(line -> screen.say("  " + line));
      screen.say(
          "  logs: %s, %s".formatted(directory.log(lost.name()), directory.output(lost.name())));
    }
  }

  private List<Supervisor> givenUp() {
    synchronized (children) {
      return children.stream().filter(child -> child.state() instanceof GivenUp).toList();
    }
  }

  /// @return whether every child ended by itself
  private boolean stop() throws InterruptedException {
    screen.say("stopping...");
    boolean clean = true;
    List<Supervisor> all;
    synchronized (children) {
      all = List.copyOf(children);
    }
    for (Supervisor child : all) {
      clean &= child.stop(PATIENCE);
    }
    screen.say(clean ? "stopped" : "stopped, not cleanly");
    return clean;
  }
}
