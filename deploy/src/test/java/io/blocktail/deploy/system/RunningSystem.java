package io.blocktail.deploy.system;

import io.blocktail.deploy.client.Alert;
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
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/// A whole Blocktail, started by `deploy/up` as a person does, in a directory and on ports of its
/// own. For one test thread.
final class RunningSystem implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(90);
  private static final Duration STOPPED = Duration.ofSeconds(150);
  private static final Duration COMMAND = Duration.ofMinutes(4);

  /// A system of a test does not live long enough to earn what the second compiler costs.
  static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private final Path directory;
  private final int offset;
  private final List<String> options;
  private final Map<String, String> environment;
  private final ServiceClient client;
  private Process up;

  private RunningSystem(
      Path directory, int offset, List<String> options, Map<String, String> environment)
      throws IOException {
    this.directory = directory;
    this.offset = offset;
    this.options = List.copyOf(options);
    this.environment = Map.copyOf(environment);
    this.client = new ServiceClient(Endpoints.local(new Ports(offset)), Duration.ofSeconds(5));
    this.up = launch();
  }

  /// Starts `up` and waits until it is ready.
  ///
  /// @param directory need not exist; `DIR` in it is used
  /// @param options for `up`, besides directory and ports
  static RunningSystem start(Path directory, String... options) throws Exception {
    return start(Map.of(), directory, options);
  }

  /// @param environment configuration that no option has, as in `BLOCKTAIL_JOURNAL_LIMIT`
  static RunningSystem start(Map<String, String> environment, Path directory, String... options)
      throws Exception {
    var system =
        new RunningSystem(directory.resolve("DIR"), freeOffset(), List.of(options), environment);
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
    var arguments = new ArrayList<String>();
    arguments.addAll(List.of("--dir", directory.toString(), "--port-offset", "" + offset));
    arguments.addAll(options);
    ProcessBuilder script =
        Script.process("up", arguments)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(printed().toFile()));
    script.environment().put("BLOCKTAIL_JAVA_OPTIONS", SHORT_LIVED);
    script.environment().putAll(environment);
    return script.start();
  }

  /// Runs `deploy/blocktail` against this system.
  Script.Result blocktail(String... arguments) throws Exception {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--port-offset", "" + offset));
    return Script.run(COMMAND, "blocktail", all);
  }

  /// Has every target proved equal, by the command that people use, which lets heal what is not.
  void verify(String volume) throws Exception {
    Script.Result result = blocktail("verify", volume);
    if (result.exit() != 0) {
      throw new AssertionError(
          "verify %s ended with %d:%n%s%n%s"
              .formatted(volume, result.exit(), result.printed(), state()));
    }
  }

  private Path printed() {
    return directory.resolveSibling("up.out");
  }

  /// What `up` has printed so far, over all starts.
  String output() throws IOException {
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
  void await(String what, Duration atMost, Condition condition) throws Exception {
    Condition.await(what, atMost, condition, this::state);
  }

  private String state() throws IOException {
    return "volumes: %s%ntargets: %s%nreplicas: %s%nup printed:%n%s"
        .formatted(client.volumes(), client.targets(), client.replicas(), output());
  }

  List<Volume> volumes() throws IOException {
    return value(client.volumes());
  }

  Volume volume(String name) throws IOException {
    return volumes().stream()
        .filter(volume -> volume.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IOException("the producer does not know volume " + name));
  }

  List<Alert> alerts(String state) throws IOException {
    return value(client.alerts(state));
  }

  List<Target> targets() throws IOException {
    return value(client.targets());
  }

  private static <T> T value(Answer<T> answer) throws IOException {
    if (answer instanceof Answer.Given<T>(T value)) {
      return value;
    }
    throw new IOException(answer.trouble());
  }

  ServiceClient client() {
    return client;
  }

  int offset() {
    return offset;
  }

  int nbdPort() {
    return new Ports(offset).nbd();
  }

  Path directory() {
    return directory;
  }

  Path image(String volume) {
    return directory.resolve("volumes").resolve(volume + ".img");
  }

  Path image(String volume, String target) {
    return directory.resolve("targets").resolve(volume).resolve(target + ".img");
  }

  /// For NBD clients.
  String tcp(String volume) {
    return "nbd://127.0.0.1:%d/%s".formatted(new Ports(offset).nbd(), volume);
  }

  /// For NBD clients.
  String unix(String volume) {
    return "nbd+unix:///%s?socket=%s".formatted(volume, directory.resolve("nbd.sock"));
  }

  /// @param child producer, consumer, validator or broker
  long pid(String child) throws IOException {
    return Long.parseLong(
        Files.readString(directory.resolve("run").resolve(child + ".pid")).strip());
  }

  /// SIGKILL. Returns when it is dead; the launcher will start it again.
  void kill(String child) throws IOException {
    ProcessHandle process =
        ProcessHandle.of(pid(child)).orElseThrow(() -> new IOException(child + " does not run"));
    process.destroyForcibly();
    process.onExit().join();
  }

  /// Waits until the child runs again after [#kill] and all is served and followed.
  ///
  /// @param before its pid when it was killed
  void awaitRestart(String child, long before) throws Exception {
    await(child + " runs again", READY, () -> pid(child) != before);
    awaitReady();
  }

  /// Waits until every target of a volume has applied all that was written to it so far.
  void awaitFollowed(String volume) throws Exception {
    long[] sequence = new long[1];
    await(
        "the source tells its sequence",
        READY,
        () -> {
          Long now = volume(volume).sequence();
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
  void assertReplicasEqual(String volume) throws Exception {
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
  int stop() throws Exception {
    up.toHandle().destroy();
    if (!up.waitFor(STOPPED.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("up did not stop:\n" + output());
    }
    return up.exitValue();
  }

  /// SIGKILL for the launcher itself.
  void killLauncher() throws Exception {
    up.destroyForcibly().waitFor();
  }

  /// Starts it again in the same directory.
  void resume() throws Exception {
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
