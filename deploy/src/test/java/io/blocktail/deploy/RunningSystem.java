package io.blocktail.deploy;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.plan.Ports;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// A whole Blocktail, started by `deploy/up` as a person does, in a directory and on ports of its
/// own. For one test thread.
public final class RunningSystem implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration STOPPED = Duration.ofSeconds(150);
  private static final long POLL_MILLIS = 50;

  /// Asks a question of the running system.
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws Exception;
  }

  private final Path directory;
  private final int offset;
  private final List<String> options;
  private final ServiceClient client;
  private Process up;

  private RunningSystem(Path directory, int offset, List<String> options) throws IOException {
    this.directory = directory;
    this.offset = offset;
    this.options = List.copyOf(options);
    this.client = new ServiceClient(Endpoints.local(new Ports(offset)), Duration.ofSeconds(5));
    this.up = launch();
  }

  /// Starts `up` and waits until it is ready.
  ///
  /// @param directory need not exist; `DIR` in it is used
  /// @param options for `up`, besides directory and ports
  public static RunningSystem start(Path directory, String... options) throws Exception {
    var system = new RunningSystem(directory.resolve("DIR"), freeOffset(), List.of(options));
    try {
      system.awaitReady();
      return system;
    } catch (Exception | AssertionError e) {
      system.close();
      throw e;
    }
  }

  /// An offset with which no port is in use now.
  private static int freeOffset() throws IOException {
    for (int i = 0; i < 100; i++) {
      int offset = ThreadLocalRandom.current().nextInt(11_000, 22_000);
      if (new Ports(offset).all(true).keySet().stream().allMatch(RunningSystem::isFree)) {
        return offset;
      }
    }
    throw new IOException("no free ports found");
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private Process launch() throws IOException {
    Files.createDirectories(directory.resolveSibling("."));
    var command = new ArrayList<String>();
    command.add(script("up").toString());
    command.addAll(List.of("--dir", directory.toString(), "--port-offset", "" + offset));
    command.addAll(options);
    return process(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(printed().toFile()))
        .start();
  }

  /// @param name up, blocktail …
  public static Path script(String name) {
    Path here = Path.of("").toAbsolutePath();
    Path inModule = here.resolve(name);
    return Files.isRegularFile(inModule) ? inModule : here.resolve("deploy").resolve(name);
  }

  /// Maven has just built what runs here: the scripts must not call it again.
  public static ProcessBuilder process(List<String> command) {
    var builder = new ProcessBuilder(command);
    builder.environment().put("BLOCKTAIL_BUILT", "1");
    return builder.redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null")));
  }

  private Path printed() {
    return directory.resolveSibling("up.out");
  }

  /// What `up` has printed so far, over all starts.
  public String output() throws IOException {
    return Files.exists(printed()) ? Files.readString(printed()) : "";
  }

  private void awaitReady() throws Exception {
    await(
        "every volume served and every target followed",
        READY,
        () -> {
          if (!up.isAlive()) {
            throw new AssertionError("up ended with %d:%n%s".formatted(up.exitValue(), output()));
          }
          return volumes().stream().allMatch(volume -> volume.state().equals("serving"))
              && targets().stream().allMatch(Target::consistent)
              && !targets().isEmpty()
              && !volumes().isEmpty();
        });
  }

  /// Asks again and again until it is so; an exception of a question counts as no.
  public void await(String what, Duration atMost, Condition condition) throws Exception {
    long deadline = System.nanoTime() + atMost.toNanos();
    Exception last = null;
    while (true) {
      try {
        if (condition.holds()) {
          return;
        }
        last = null;
      } catch (IOException e) {
        last = e;
      }
      if (System.nanoTime() > deadline) {
        throw new AssertionError("not within %s: %s%n%s".formatted(atMost, what, state()), last);
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // between two questions over HTTP
    }
  }

  private String state() throws IOException {
    return "volumes: %s%ntargets: %s%nreplicas: %s%nup printed:%n%s"
        .formatted(client.volumes(), client.targets(), client.replicas(), output());
  }

  public List<Volume> volumes() throws IOException {
    return value(client.volumes());
  }

  public List<Target> targets() throws IOException {
    return value(client.targets());
  }

  private static <T> T value(Answer<T> answer) throws IOException {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    throw new IOException(answer.trouble());
  }

  public ServiceClient client() {
    return client;
  }

  public int offset() {
    return offset;
  }

  public Path directory() {
    return directory;
  }

  public Path image(String volume) {
    return directory.resolve("volumes").resolve(volume + ".img");
  }

  public Path image(String volume, String target) {
    return directory.resolve("targets").resolve(volume).resolve(target + ".img");
  }

  /// For NBD clients.
  public String tcp(String volume) {
    return "nbd://127.0.0.1:%d/%s".formatted(new Ports(offset).nbd(), volume);
  }

  /// For NBD clients.
  public String unix(String volume) {
    return "nbd+unix:///%s?socket=%s".formatted(volume, directory.resolve("nbd.sock"));
  }

  /// @param child producer, consumer, validator or broker
  public long pid(String child) throws IOException {
    return Long.parseLong(
        Files.readString(directory.resolve("run").resolve(child + ".pid")).strip());
  }

  /// SIGKILL. Returns when it is dead; the launcher will start it again.
  public void kill(String child) throws IOException {
    ProcessHandle process =
        ProcessHandle.of(pid(child)).orElseThrow(() -> new IOException(child + " does not run"));
    process.destroyForcibly();
    process.onExit().join();
  }

  /// Waits until the child runs again after [#kill] and all is served and followed.
  ///
  /// @param before its pid when it was killed
  public void awaitRestart(String child, long before) throws Exception {
    await(child + " runs again", READY, () -> pid(child) != before);
    awaitReady();
  }

  /// Waits until every target of a volume has applied all that was written to it so far.
  public void awaitFollowed(String volume) throws Exception {
    long[] sequence = new long[1];
    await(
        "the source tells its sequence",
        READY,
        () -> {
          Long now =
              volumes().stream()
                  .filter(one -> one.name().equals(volume))
                  .findFirst()
                  .orElseThrow()
                  .sequence();
          if (now == null) {
            return false;
          }
          sequence[0] = now;
          return true;
        });
    await(
        "every target of %s at %d".formatted(volume, sequence[0]),
        READY,
        () ->
            targets().stream()
                .filter(target -> target.volume().equals(volume))
                .allMatch(target -> {
                  Long watermark = target.watermark();
                  return target.consistent() && watermark != null && watermark >= sequence[0];
                }));
  }

  /// Compares every replica with its source, by `cmp`: somebody else's judgement.
  public void assertReplicasEqual(String volume) throws Exception {
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    for (Target target : targets()) {
      if (target.volume().equals(volume)) {
        cmp.run(image(volume), target.file());
      }
    }
  }

  /// Ends as a terminal does it.
  ///
  /// @return the exit code
  public int stop() throws Exception {
    up.toHandle().destroy();
    if (!up.waitFor(STOPPED.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("up did not stop:\n" + output());
    }
    return up.exitValue();
  }

  /// SIGKILL for the launcher itself.
  public void killLauncher() throws Exception {
    up.destroyForcibly().waitFor();
  }

  /// Starts it again in the same directory.
  public void resume() throws Exception {
    up = launch();
    awaitReady();
  }

  @Override
  public void close() {
    client.close();
    try {
      if (up.isAlive()) {
        stop();
      }
    } catch (Exception e) {
      throw new AssertionError("up could not be stopped", e);
    } finally {
      up.destroyForcibly();
    }
  }
}
