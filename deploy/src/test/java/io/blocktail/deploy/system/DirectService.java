package io.blocktail.deploy.system;

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

/// One service that a test starts by itself, beside a running system and without its launcher: with
/// settings that the launcher would never write.
final class DirectService implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Process process;
  private final Path output;
  private final int port;

  private DirectService(Process process, Path output, int port) {
    this.process = process;
    this.output = output;
    this.port = port;
  }

  /// @param module producer, consumer or streams-validator
  /// @param directory takes its settings and what it prints
  /// @param settings besides the Kafka of the running system and a port of its own
  static DirectService start(
      RunningSystem system, String module, Path directory, Map<String, String> settings)
      throws IOException {
    Files.createDirectories(directory);
    int port = freePort();
    var all = new Properties();
    all.setProperty("quarkus.http.port", "" + port);
    all.setProperty("blocktail.kafka.\"bootstrap.servers\"", kafka(system));
    all.putAll(settings);
    Path file = directory.resolve(module + ".properties");
    try (var writer = Files.newBufferedWriter(file)) {
      all.store(writer, null);
    }
    Path output = directory.resolve(module + ".out");
    Path jar = system.directory().resolve("app").resolve(module).resolve("quarkus-run.jar");
    var command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED",
            "-Dquarkus.config.locations=" + file.toUri(),
            "-jar",
            jar.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    return new DirectService(process, output, port);
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
