package io.blocktail.deploy.status;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks the services once a second and shows the answers, on a thread of its own.
public final class LiveStatus {
  private final ServiceClient services;
  private final List<String> labels;
  private final Screen screen;
  private final Set<String> troubled = new HashSet<>();

  /// Children that do not run any more, by name, with the reason.
  private final Map<String, String> lost = new ConcurrentSkipListMap<>();

  private final Rate rate = new Rate();
  private final CountDownLatch stopped = new CountDownLatch(1);
  private final Thread thread;

  /// @param labels the targets, `VOLUME/NAME`
  public LiveStatus(ServiceClient services, List<String> labels, Screen screen) {
    this.services = services;
    this.labels = List.copyOf(labels);
    this.screen = screen;
    this.thread = Thread.ofPlatform().daemon().name("status").unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  private void run() {
    try {
      do {
        List<StatusLine> lines = look();
        if (stopped.getCount() > 0) {
          screen.show(lines);
        }
      } while (!stopped.await(1, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new AssertionError("nobody interrupts the status", e);
    }
  }

  private List<StatusLine> look() {
    var targets = services.targets();
    long now = System.nanoTime();
    var replicas = services.replicas();
    var lines = new ArrayList<StatusLine>();
    lost.forEach((name, why) -> lines.add(new StatusLine(name, why, "")));
    for (StatusLine volume : StatusLine.ofVolumes(services.volumes())) {
      // While all is well the targets' lines are enough.
      if (!volume.isWell() || troubled.contains(volume.label())) {
        troubled.add(volume.label());
        lines.add(volume);
      }
    }
    for (String label : labels) {
      Double perSecond = rate.bytesPerSecond(label, appliedBytes(targets, label), now);
      lines.add(StatusLine.of(label, targets, replicas, perSecond));
    }
    return lines;
  }

  private static @Nullable Long appliedBytes(Answer<List<Target>> targets, String label) {
    if (!(targets instanceof Answer.Given<List<Target>>(var all))) {
      return null;
    }
    return all.stream()
        .filter(target -> target.label().equals(label))
        .findFirst()
        .map(Target::appliedBytes)
        .orElse(null);
  }

  /// Shows from now on that a child does not run any more. From any thread.
  public void lost(String name, String why) {
    lost.put(name, why);
  }

  /// Nothing is shown afterwards.
  public void stop() throws InterruptedException {
    stopped.countDown();
    if (thread.isAlive()) {
      thread.join();
    }
    screen.clear();
  }
}
