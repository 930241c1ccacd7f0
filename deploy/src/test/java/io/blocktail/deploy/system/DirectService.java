package io.blocktail.deploy.system;

import io.blocktail.process.BrokerProcess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/// One service that a test starts by itself, without the launcher: with settings that the launcher
/// would never write, or to be killed more often than the launcher would let it die.
final class DirectService implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final List<String> command;
  private final Path output;
  private final int port;
  private Process process;

  private DirectService(List<String> command, Path output, int port) throws IOException {
    this.command = command;
    this.output = output;
    this.port = port;
    this.process = launch();
  }

  /// Starts one beside a running system, of whose Kafka it makes use.
  ///
  /// @param module producer, consumer or streams-validator
  /// @param directory takes its settings and what it prints
  /// @param settings besides Kafka and a port of its own
  static DirectService start(
      RunningSystem system, String module, Path directory, Map<String, String> settings)
      throws IOException {
    Path jar = system.directory().resolve("app").resolve(module).resolve("quarkus-run.jar");
    return start(kafka(system), jar, module, directory, settings);
  }

  /// Starts the one that Maven has built.
  static DirectService start(
      BrokerProcess broker, String module, Path directory, Map<String, String> settings)
      throws IOException {
    Path deploy = Script.path("up").resolveSibling("..");
    Path jar = deploy.resolve(module).resolve("target/quarkus-app/quarkus-run.jar").normalize();
    return start(broker.bootstrap(), jar, module, directory, settings);
  }

  private static DirectService start(
      String kafka, Path jar, String module, Path directory, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(directory);
    int port = freePort();
    var all = new Properties();
    all.setProperty("quarkus.http.port", "" + port);
    all.setProperty("blocktail.kafka.\"bootstrap.servers\"", kafka);
    all.putAll(settings);
    Path file = directory.resolve(module + ".properties");
    try (var writer = Files.newBufferedWriter(file)) {
      all.store(writer, null);
    }
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "-XX:+UseSerialGC",
            RunningSystem.SHORT_LIVED,
            "--enable-native-access=ALL-UNNAMED",
            "-Dquarkus.config.locations=" + file.toUri(),
            "-jar",
            jar.toString());
    return new DirectService(command, directory.resolve(module + ".out"), port);
  }

  private Process launch() throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
        .start();
  }

  /// SIGKILL. Returns when it is dead.
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /// Starts it again after [#kill].
  void restart() throws IOException {
    process = launch();
  }

  static String kafka(RunningSystem system) {
    return "127.0.0.1:" + new io.blocktail.deploy.plan.Ports(system.offset()).kafka();
  }

  /// One that nobody listens on now.
  static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /// Of HTTP.
  int port() {
    return port;
  }

  String output() throws IOException {
    return Files.readString(output);
  }

  /// Waits until it ends by itself.
  ///
  /// @return the exit code
  int awaitEnd() throws IOException, InterruptedException {
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it did not end:\n" + output());
    }
    return process.exitValue();
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      process.destroyForcibly().waitFor();
    }
  }
}
