package io.blocktail.deploy.bench;

import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.plan.Ports;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Blocktail as `deploy/up` starts it: broker, producer, consumer with two targets, validator. It
/// stays up for the whole run, since a JVM that has just started is not what a user works with;
/// while a peer is measured it is settled and nearly idle ([#cpuTime] tells how nearly).
final class Ours implements Contestant {
  static final String NAME = "blocktail";

  /// With a scrub that has the rate which a volume of 1 TiB gets by default.
  static final String SCRUBBING = "blocktail-scrubbing";

  /// What the producer gives a volume's journal by default.
  static final long JOURNAL_LIMIT = 1L << 30;

  private static final Duration SCRUB_OF_A_TEBIBYTE = Duration.ofHours(24);

  /// @param journalLimit in bytes
  record Settings(String name, long journalLimit) {
    Map<String, String> environment(long volumeSize) {
      var environment = new HashMap<String, String>();
      environment.put("BLOCKTAIL_JOURNAL_LIMIT", (journalLimit >> 20) + "M");
      if (name.equals(SCRUBBING)) {
        long millis = SCRUB_OF_A_TEBIBYTE.toMillis() * (volumeSize >> 20) >> 20;
        environment.put("BLOCKTAIL_SCRUB_PERIOD", Duration.ofMillis(millis).toString());
      }
      return environment;
    }
  }

  /// What a record costs beyond its block, generously.
  private static final double JOURNAL_OVERHEAD = 1.1;

  private static final String VOLUME = "bench";
  private static final int TARGETS = 2;

  /// Below the ports that the system hands out itself.
  private static final int FIRST_OFFSET = 12_000;

  private static final Duration START = Duration.ofMinutes(3);
  private static final Duration STALL = Duration.ofSeconds(60);

  private final Settings settings;
  private final Workspace workspace;
  private final Process launcher;
  private final Path directory;
  private final Path log;
  private final TestedVolume volume;
  private List<Path> replicas = List.of();
  private long journalPeak;

  private Ours(
      Settings settings,
      Workspace workspace,
      Process launcher,
      Path directory,
      TestedVolume volume) {
    this.settings = settings;
    this.workspace = workspace;
    this.launcher = launcher;
    this.directory = directory;
    this.log = workspace.log(settings.name() + ".log");
    this.volume = volume;
  }

  /// Starts the system and waits until both targets follow.
  static Ours start(Settings settings, Children children, Workspace workspace, Path home, long size)
      throws BenchFailedException, InterruptedException {
    int offset = freePorts();
    Path directory = workspace.path(settings.name());
    Process launcher =
        children.start(
            workspace.log(settings.name() + ".log"),
            List.of(
                home.resolve("deploy/up").toString(),
                "--dir",
                directory.toString(),
                "--volume",
                VOLUME + "=" + (size >> 20) + "M",
                "--port-offset",
                Integer.toString(offset)),
            settings.environment(size));
    Ours ours =
        new Ours(
            settings,
            workspace,
            launcher,
            directory,
            new TestedVolume(VOLUME, Endpoints.local(new Ports(offset))));
    Await.until("both targets to follow", START, launcher, ours.log, ours::follows);
    ours.replicas =
        answered(ours.volume::replicas).stream().map(TestedVolume.Replica::file).toList();
    return ours;
  }

  @Override
  public String name() {
    return settings.name();
  }

  @Override
  public String title() {
    return isScrubbing() ? "blocktail, scrub" : "blocktail";
  }

  private boolean isScrubbing() {
    return settings.name().equals(SCRUBBING);
  }

  void pause() throws BenchFailedException {
    answered(() -> {
      volume.pause();
      return true;
    });
  }

  void resume() throws BenchFailedException {
    answered(() -> {
      volume.resume();
      return true;
    });
  }

  /// The most journal that was in use during any job.
  long journalPeak() {
    return journalPeak;
  }

  /// What all its processes have used of the processors so far.
  Duration cpuTime() {
    return Stream.concat(Stream.of(launcher.toHandle()), launcher.descendants())
        .map(process -> process.info().totalCpuDuration().orElse(Duration.ZERO))
        .reduce(Duration.ZERO, Duration::plus);
  }

  @Override
  public Export open(Job job) throws BenchFailedException, InterruptedException {
    if (isScrubbing()) {
      resume();
    }
    long needed = job.writes() ? (long) (job.bytes() * JOURNAL_OVERHEAD) : 0;
    Await.until(
        "room in the journal for " + job.title(),
        STALL,
        launcher,
        log,
        () -> follows() && source().journalBytes() + needed <= settings.journalLimit());
    JournalWatch watch = new JournalWatch(volume);
    watch.start();
    return new Serving(watch);
  }

  /// The replicas must be what the source is, or the figures are worth nothing. Only when nothing
  /// writes.
  void compare() throws BenchFailedException, InterruptedException {
    settleAll();
    Path image = directory.resolve("volumes/" + VOLUME + ".img");
    for (Path replica : replicas) {
      try {
        long differs = Files.mismatch(image, replica);
        if (differs >= 0) {
          throw new BenchFailedException(replica + " differs from its source at byte " + differs);
        }
      } catch (IOException e) {
        throw new BenchFailedException("cannot compare " + replica + ": " + e, e);
      }
    }
  }

  void keepLogs() {
    workspace.keepLogs(settings.name(), directory.resolve("logs"));
  }

  private boolean follows() {
    try {
      List<TestedVolume.Replica> replicas = volume.replicas();
      return volume.source().serving()
          && replicas.size() == TARGETS
          && replicas.stream().allMatch(TestedVolume.Replica::follows);
    } catch (UnansweredException _) {
      return false; // Still starting; who waits for this has a limit.
    }
  }

  /// Waits until every target has applied what the source had given a sequence at the beginning.
  /// Fails when a target makes no progress for a minute.
  private Duration settleAll() throws BenchFailedException, InterruptedException {
    long start = System.nanoTime();
    long until = source().sequence();
    long least = -1;
    long progress = start;
    while (true) {
      List<TestedVolume.Replica> replicas = answered(volume::replicas);
      long now = System.nanoTime();
      long lowest =
          replicas.stream().mapToLong(TestedVolume.Replica::watermark).min().orElse(Long.MIN_VALUE);
      if (replicas.size() == TARGETS
          && lowest >= until
          && replicas.stream().allMatch(TestedVolume.Replica::follows)) {
        return Duration.ofNanos(now - start);
      }
      if (lowest > least) {
        least = lowest;
        progress = now;
      }
      if (now - progress > STALL.toNanos()) {
        throw new BenchFailedException(
            "a target stands still for "
                + STALL.toSeconds()
                + " s before "
                + until
                + ": "
                + replicas);
      }
      TimeUnit.MILLISECONDS.sleep(5);
    }
  }

  private TestedVolume.Source source() throws BenchFailedException {
    return answered(volume::source);
  }

  private interface Question<T> {
    T ask() throws UnansweredException;
  }

  private static <T> T answered(Question<T> question) throws BenchFailedException {
    try {
      return question.ask();
    } catch (UnansweredException e) {
      throw new BenchFailedException(Objects.requireNonNull(e.getMessage()), e);
    }
  }

  private static int freePorts() throws BenchFailedException {
    OptionalInt offset =
        IntStream.range(0, 100).map(i -> FIRST_OFFSET + i * 10).filter(Ours::free).findFirst();
    return offset.orElseThrow(
        () -> new BenchFailedException("no port offset from " + FIRST_OFFSET + " on is free"));
  }

  private static boolean free(int offset) {
    for (int port : new Ports(offset).all(true).keySet()) {
      try (ServerSocket socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException _) {
        return false;
      }
    }
    return true;
  }

  private final class Serving implements Export {
    private final JournalWatch watch;

    Serving(JournalWatch watch) {
      this.watch = watch;
    }

    @Override
    public String uri() {
      return Contestant.uri(exportName(), socket());
    }

    @Override
    public Path socket() {
      return directory.resolve("nbd.sock");
    }

    @Override
    public String exportName() {
      return VOLUME;
    }

    @Override
    public List<Path> replicas() {
      return replicas;
    }

    /// Ends the watch too: the job is over when its journal is drained.
    @Override
    public Duration settle() throws BenchFailedException, InterruptedException {
      Duration duration = settleAll();
      journalPeak = Math.max(journalPeak, watch.stop());
      if (isScrubbing()) {
        pause(); // marks no chunk either, so that nobody else pays for it
      }
      return duration;
    }

    @Override
    public void close() {
      watch.close();
    }
  }
}
