package io.blocktail.deploy.bench;

import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

/// A whole run: round by round, and in a round job by job, every contestant does the same job
/// within the same minute, so that the machine's moods hit all alike. Who begins changes from round
/// to round. Before each job what the job before left dirty is written to the disk.
public final class BenchRun implements AutoCloseable {
  /// The volume is filled in parts that leave the journal room.
  private static final long FILL_PART = 256L << 20;

  /// Ours is a JVM, and compiles what is often used: an n-th of every job comes first, uncounted.
  private static final int WARM_UP = 8;

  private final Agenda agenda;
  private final PrintStream progress;
  private final Children children = new Children();
  private final Workspace workspace;
  private final Fio fio;
  private final Results results = new Results();
  private final List<Contestant> contestants = new ArrayList<>();
  private final List<String> skipped = new ArrayList<>();
  private final List<Ours> systems = new CopyOnWriteArrayList<>();
  private boolean closed;
  private Duration peersMeasured = Duration.ZERO;
  private Duration oursMeanwhile = Duration.ZERO;

  /// @param progress gets a line for each step
  public BenchRun(Agenda agenda, PrintStream progress) throws BenchFailedException {
    if (!Tool.FIO.installed()) {
      throw new BenchFailedException(Tool.FIO.missing());
    }
    this.agenda = agenda;
    this.progress = progress;
    this.workspace =
        Workspace.in(agenda.directory(), agenda.spaceNeeded(), agenda.logs().orElse(null));
    this.fio = new Fio(children, workspace);
  }

  /// Measures everything; the report is whole or there is none.
  public Report run() throws BenchFailedException, InterruptedException {
    preparePeers();
    for (Ours.Settings settings : agenda.systems()) {
      prepare(settings);
    }
    for (int round = 0; round < agenda.rounds(); round++) {
      List<Contestant> order = new ArrayList<>(contestants);
      Collections.rotate(order, -round);
      for (Job job : agenda.jobs()) {
        for (Contestant contestant : order) {
          measure(contestant, job, round);
        }
      }
      if (agenda.lag()) {
        for (Contestant contestant : order) {
          measureLag(contestant, round);
        }
      }
    }
    for (Ours system : systems) {
      say("comparing both replicas with their source");
      system.compare();
    }
    return report();
  }

  private void preparePeers() throws BenchFailedException {
    boolean nbdkit = wanted(Nbdkit.NAME, Tool.NBDKIT);
    List<QemuMirror.CopyMode> modes = new ArrayList<>();
    for (QemuMirror.CopyMode mode : QemuMirror.CopyMode.values()) {
      if (wanted(mode.contestant(), Tool.QEMU)) {
        modes.add(mode);
      }
    }
    if (!nbdkit && modes.isEmpty()) {
      return;
    }
    say("writing the peers' images");
    Path image = workspace.path("peer.img");
    workspace.fill(image, agenda.volumeSize());
    if (nbdkit) {
      contestants.add(new Nbdkit(children, workspace, image));
    }
    if (!modes.isEmpty()) {
      Path copy = workspace.path("copy.img");
      workspace.fill(copy, agenda.volumeSize());
      for (QemuMirror.CopyMode mode : modes) {
        contestants.add(new QemuMirror(children, workspace, mode, image, copy));
      }
    }
  }

  private boolean wanted(String contestant, Tool tool) {
    if (!agenda.wants(contestant)) {
      return false;
    }
    if (!tool.installed()) {
      skipped.add(contestant + ": " + tool.missing());
      say("without %s", skipped.getLast());
      return false;
    }
    return true;
  }

  private void prepare(Ours.Settings settings) throws BenchFailedException, InterruptedException {
    say("starting %s", settings.name());
    Ours started = Ours.start(settings, children, workspace, agenda.home(), agenda.volumeSize());
    systems.add(started);
    if (agenda.wants(started.name())) {
      contestants.add(systems.size() - 1, started);
    }
    say("filling its volume");
    for (long at = 0; at < agenda.volumeSize(); at += FILL_PART) {
      long part = Math.min(FILL_PART, agenda.volumeSize() - at);
      fill(started, new Fio.Area(at, part));
    }
    if (started.name().equals(Ours.NAME) && agenda.wants(PausedSource.NAME)) {
      var paused = new PausedSource(started);
      contestants.addFirst(paused);
      fill(paused, whole()); // its journal gets the files that it will use
    }
    say("warming it up");
    for (Job job : agenda.jobs()) {
      Job part = job.dividedBy(WARM_UP);
      try (Contestant.Export export = started.open(part)) {
        fio.run(part, whole(), export.uri(), -1 - agenda.rounds());
        export.settle();
      }
    }
  }

  private void fill(Contestant contestant, Fio.Area area)
      throws BenchFailedException, InterruptedException {
    Job fill = new Job("fill", "fill", Job.Access.WRITE, 512 << 10, 4, 0, 1, area.size());
    try (Contestant.Export export = contestant.open(fill)) {
      fio.run(fill, area, export.uri(), 0);
      export.settle();
    }
  }

  private Fio.Area whole() {
    return new Fio.Area(0, agenda.volumeSize());
  }

  private void measure(Contestant contestant, Job job, int round)
      throws BenchFailedException, InterruptedException {
    try (Idle _ = new Idle(contestant);
        Contestant.Export export = contestant.open(job)) {
      writeBack();
      FioResult done = fio.run(job, whole(), export.uri(), round + 1);
      Results.Measured measured = new Results.Measured(job, done, export.settle());
      results.add(contestant.name(), measured);
      say(
          "round %d  %-26s %-18s %,10.0f %-5s  settled after %.2f s",
          round + 1,
          job.title(),
          contestant.title(),
          measured.figure(),
          job.unit(),
          measured.settled().toNanos() / 1e9);
    }
  }

  private void measureLag(Contestant contestant, int round)
      throws BenchFailedException, InterruptedException {
    if (contestant.name().equals(Nbdkit.NAME) || contestant.name().equals(PausedSource.NAME)) {
      return;
    }
    Job lag =
        new Job(
            "lag",
            "lag",
            Job.Access.RANDOM_WRITE,
            LagProbe.BLOCK,
            1,
            0,
            1,
            agenda.lagSettings().bytes());
    try (Idle _ = new Idle(contestant);
        Contestant.Export export = contestant.open(lag)) {
      writeBack();
      LagFigures figures =
          new LagProbe(agenda.lagSettings())
              .measure(export.socket(), export.exportName(), export.replicas());
      export.settle();
      results.add(contestant.name(), figures);
      say(
          "round %d  %-26s %-18s p50 %.2f ms, p99 %.2f ms",
          round + 1,
          lag.title(),
          contestant.title(),
          figures.p50Nanos() / 1e6,
          figures.p99Nanos() / 1e6);
    }
  }

  /// Otherwise the disk would still be busy with another contestant's job.
  private void writeBack() throws BenchFailedException, InterruptedException {
    int exit =
        children.await(
            children.start(
                workspace.log("sync.log"), List.of("sync", "-f", workspace.path(".").toString())));
    if (exit != 0) {
      throw new BenchFailedException("sync ended with " + exit);
    }
  }

  private Report report() {
    double share =
        peersMeasured.isZero() ? 0 : oursMeanwhile.toNanos() / (double) peersMeasured.toNanos();
    return new Report(
        agenda,
        Machine.here(),
        results,
        contestants.stream().map(c -> new ResultsTable.Column(c.name(), c.title())).toList(),
        List.copyOf(skipped),
        systems.stream().mapToLong(Ours::journalPeak).max().orElse(0),
        share);
  }

  private void say(String format, Object... values) {
    progress.println(String.format(Locale.ROOT, format, values));
  }

  /// Stops every process and removes what was written. Also called by the JVM's shutdown thread
  /// while [#run] is under way, which then fails.
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    children.close();
    systems.forEach(Ours::keepLogs);
    workspace.close();
  }

  /// Counts what ours, idle, takes from a peer that is measured.
  private final class Idle implements AutoCloseable {
    private final List<Ours> idle;
    private final long start = System.nanoTime();
    private final Duration before;

    Idle(Contestant measured) {
      idle = systems.stream().filter(system -> !measured.isPartOf(system)).toList();
      before = cpuTime();
    }

    private Duration cpuTime() {
      return idle.stream().map(Ours::cpuTime).reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public void close() {
      if (!idle.isEmpty()) {
        peersMeasured = peersMeasured.plusNanos(System.nanoTime() - start);
        oursMeanwhile = oursMeanwhile.plus(cpuTime()).minus(before);
      }
    }
  }
}
