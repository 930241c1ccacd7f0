package io.blocktail.process;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A real Kafka broker (KRaft, broker and controller in one, unless it is of a cluster) in a child
/// JVM, which tests can kill and start again on the same data and the same port. This module has no
/// Kafka: the broker's class path comes from outside, see [#classPath]. What the child prints is in
/// `broker.log` in its directory. For one test thread.
public final class BrokerProcess implements AutoCloseable {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final Duration STOPPED = Duration.ofSeconds(30);
  private static final String CLUSTER = "YmxvY2t0YWlsLXRlc3RzMA";

  private final Path directory;
  private final String classPath;
  private final int port;
  private @Nullable Process process;

  private BrokerProcess(Path directory, String classPath, int port) {
    this.directory = directory;
    this.classPath = classPath;
    this.port = port;
  }

  /// The class path with the broker on it: the system property `broker.classpath`, else this JVM's
  /// own if it has `kafka_2.13`.
  public static String classPath() {
    String given = System.getProperty("broker.classpath");
    if (given != null) {
      return given;
    }
    String own =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    if (!own.contains("kafka_2.13")) {
      throw new AssertionError(
          "no broker on this class path: depend on org.apache.kafka:kafka_2.13 in test scope, or"
              + " set broker.classpath");
    }
    return own;
  }

  /// A broker from this JVM's class path, see [#classPath].
  public static BrokerProcess start(Path directory) throws IOException {
    return start(directory, classPath(), Map.of());
  }

  /// Formats the directory and starts a broker in it; returns when it answers.
  ///
  /// @param settings of the broker, over those below
  public static BrokerProcess start(Path directory, String classPath, Map<String, String> settings)
      throws IOException {
    int[] ports = freePorts();
    Map<String, String> all = defaults(directory, ports[0], ports[1]);
    all.putAll(settings);
    return started(directory, classPath, ports[0], all);
  }

  private static BrokerProcess started(
      Path directory, String classPath, int port, Map<String, String> settings) throws IOException {
    Files.createDirectories(directory);
    var broker = new BrokerProcess(directory, classPath, port);
    var properties = new Properties();
    properties.putAll(settings);
    try (var out = Files.newBufferedWriter(broker.configuration())) {
      properties.store(out, null);
    }
    broker.format();
    broker.start();
    return broker;
  }

  /// One controller, which no test needs to kill, and two brokers, 2 and 3, with it.
  public record Cluster(BrokerProcess controller, BrokerProcess second, BrokerProcess third)
      implements AutoCloseable {
    /// Of both brokers.
    public String bootstrap() {
      return second.bootstrap() + "," + third.bootstrap();
    }

    @Override
    public void close() {
      third.close();
      second.close();
      controller.close();
    }
  }

  /// @param settings of all three, over those of a broker alone
  public static Cluster cluster(Path directory, Map<String, String> settings) throws IOException {
    int[] controller = freePorts();
    int port = controller[0];
    var started = new ArrayList<BrokerProcess>();
    try {
      for (int node = 1; node <= 3; node++) {
        int own = node == 1 ? port : freePorts()[0];
        Path home = directory.resolve("node-" + node);
        Map<String, String> all = defaults(home, own, port);
        all.put("node.id", "" + node);
        all.put("process.roles", node == 1 ? "controller" : "broker");
        all.put("listeners", (node == 1 ? "CONTROLLER" : "PLAINTEXT") + "://127.0.0.1:" + own);
        if (node == 1) {
          all.remove("advertised.listeners");
        }
        all.putAll(settings);
        started.add(started(home, classPath(), own, all));
      }
      return new Cluster(started.get(0), started.get(1), started.get(2));
    } catch (IOException | AssertionError e) {
      started.forEach(BrokerProcess::close);
      throw e;
    }
  }

  private static Map<String, String> defaults(Path directory, int port, int controllerPort) {
    var settings = new TreeMap<String, String>();
    settings.put("process.roles", "broker,controller");
    settings.put("node.id", "1");
    settings.put("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
    settings.put(
        "listeners",
        "PLAINTEXT://127.0.0.1:%d,CONTROLLER://127.0.0.1:%d".formatted(port, controllerPort));
    settings.put("advertised.listeners", "PLAINTEXT://127.0.0.1:" + port);
    settings.put("controller.listener.names", "CONTROLLER");
    settings.put("log.dirs", directory.resolve("data").toString());
    settings.put("offsets.topic.replication.factor", "1");
    settings.put("offsets.topic.num.partitions", "1");
    settings.put("transaction.state.log.replication.factor", "1");
    settings.put("transaction.state.log.min.isr", "1");
    settings.put("group.initial.rebalance.delay.ms", "0");
    settings.put("auto.create.topics.enable", "false");
    // After a kill the controller waits for the former session to end: 4 s instead of 12.
    settings.put("broker.session.timeout.ms", "2000");
    settings.put("broker.heartbeat.interval.ms", "400");
    settings.put("log.cleaner.dedupe.buffer.size", "2097152");
    return settings;
  }

  /// Both are held open until both are known, so that they differ.
  private static int[] freePorts() throws IOException {
    InetAddress here = InetAddress.getLoopbackAddress();
    try (var one = new ServerSocket(0, 1, here);
        var other = new ServerSocket(0, 1, here)) {
      return new int[] {one.getLocalPort(), other.getLocalPort()};
    }
  }

  private Path configuration() {
    return directory.resolve("server.properties");
  }

  private Path log() {
    return directory.resolve("broker.log");
  }

  private void format() throws IOException {
    Process format =
        launch(
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            CLUSTER,
            "--config",
            configuration().toString());
    if (!ended(format, READY) || format.exitValue() != 0) {
      format.destroyForcibly();
      throw new IOException("the broker's directory was not formatted:\n" + logged());
    }
  }

  private Process launch(String main, String... arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx320m", "-Xshare:auto", "-XX:TieredStopAtLevel=1"));
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(List.of(arguments));
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectInput(new File("/dev/null"))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
        .start();
  }

  /// Starts it again after [#kill] or [#stop]; returns when it answers.
  public void start() throws IOException {
    if (isAlive()) {
      throw new AssertionError("the broker runs already");
    }
    Process started = launch("kafka.Kafka", configuration().toString());
    process = started;
    long deadline = System.nanoTime() + READY.toNanos();
    while (!answers()) {
      if (ended(started, Duration.ofMillis(50))) {
        throw new IOException(
            "the broker ended with %d:\n%s".formatted(started.exitValue(), logged()));
      }
      if (System.nanoTime() > deadline) {
        kill();
        throw new IOException(
            "the broker does not answer after %s:\n%s".formatted(READY, logged()));
      }
    }
  }

  /// Asks for the versions of its protocol (ApiVersions 0), which every broker answers as soon as
  /// it serves clients.
  private boolean answers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
      socket.setSoTimeout(2000);
      var out = new DataOutputStream(socket.getOutputStream());
      out.writeInt(10); // bytes that follow
      out.writeShort(18);
      out.writeShort(0);
      out.writeInt(1);
      out.writeShort(-1); // no client id
      out.flush();
      return new DataInputStream(socket.getInputStream()).readInt() > 0;
    } catch (IOException e) {
      return false; // not yet
    }
  }

  /// HOST:PORT, the same after every start.
  public String bootstrap() {
    return "127.0.0.1:" + port;
  }

  public int port() {
    return port;
  }

  public boolean isAlive() {
    return process != null && process.isAlive();
  }

  /// SIGKILL. Returns when it is dead.
  public void kill() {
    if (process != null && !ended(process.destroyForcibly(), STOPPED)) {
      throw new AssertionError("the broker lives on after SIGKILL");
    }
  }

  /// SIGTERM. Returns when it has ended.
  public void stop() {
    if (process == null) {
      return;
    }
    process.destroy();
    if (!ended(process, STOPPED)) {
      kill();
      throw new AssertionError("the broker did not stop within " + STOPPED);
    }
  }

  @Override
  public void close() {
    kill();
  }

  private static boolean ended(Process process, Duration atMost) {
    try {
      return process.waitFor(atMost.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for the broker", e);
    }
  }

  private String logged() throws IOException {
    List<String> lines = Files.exists(log()) ? Files.readAllLines(log()) : List.of();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()));
  }
}
