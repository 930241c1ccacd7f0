package io.blocktail.deploy.service;

import io.blocktail.deploy.directory.App;
import io.blocktail.deploy.directory.Directory;
import io.blocktail.deploy.plan.Plan;
import io.blocktail.deploy.process.Child;
import io.blocktail.deploy.process.Child.Probe;
import io.blocktail.deploy.process.Guarded;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes the configuration of the four children and says how each is started.
public final class Services {
  public static final String BROKER = "broker";
  public static final String PRODUCER = "producer";
  public static final String CONSUMER = "consumer";
  public static final String VALIDATOR = "validator";

  /// All names, in the order in which they are stopped.
  public static final List<String> ALL = List.of(PRODUCER, CONSUMER, VALIDATOR, BROKER);

  // Heaps are fixed, so that the four together fit a small machine (1.6 GiB) and a leak shows soon.
  // Kafka: it needs 300 to 360 MiB. Producer: 32 MiB of unsent records, a journal's batch and the
  // largest NBD read a client; direct memory is limited to the same again. Consumer: one fetch of
  // up to 50 MiB at most, the version pages of a few targets. Validator: the stores are RocksDB's,
  // outside the heap.
  private static final String BROKER_HEAP = "512m";
  private static final String PRODUCER_HEAP = "448m";
  private static final String CONSUMER_HEAP = "448m";
  private static final String VALIDATOR_HEAP = "256m";

  /// The environment's name for further options of every child's JVM, separated by blanks.
  private static final String OPTIONS = "BLOCKTAIL_JAVA_OPTIONS";

  private final App app;
  private final Directory directory;
  private final Plan plan;

  public Services(App app, Directory directory, Plan plan) {
    this.app = app;
    this.directory = directory;
    this.plan = plan;
  }

  /// The embedded broker, unless another Kafka is used.
  public Optional<Child> broker() throws IOException {
    if (plan.kafka() != null) {
      return Optional.empty();
    }
    Path config = directory.config(BROKER);
    PropertiesFile.write(config, BrokerConfig.of(directory, plan.ports()), false);
    List<String> command = niced(java(BROKER, BROKER_HEAP));
    command.add("-Dlog4j2.configurationFile=classpath:broker-log4j2.properties");
    command.add("-Dblocktail.broker.log=" + directory.log(BROKER));
    command.add("-cp");
    command.add(app.launcher() + ":" + app.libraries().resolve("*"));
    command.add(Guarded.class.getName());
    command.add(directory.pid(BROKER).toString());
    command.add(EmbeddedBroker.class.getName());
    command.add(config.toString());
    return Optional.of(
        child(BROKER, command, Probes.kafka(plan.ports().kafka(), directory.kafka())));
  }

  public Child producer() throws IOException {
    PropertiesFile.write(directory.config(PRODUCER), settings().producer(), true);
    return service(PRODUCER, PRODUCER, PRODUCER_HEAP, plan.ports().producer());
  }

  public Child consumer() throws IOException {
    PropertiesFile.write(directory.config(CONSUMER), settings().consumer(), true);
    return service(CONSUMER, CONSUMER, CONSUMER_HEAP, plan.ports().consumer());
  }

  public Child validator() throws IOException {
    PropertiesFile.write(directory.config(VALIDATOR), settings().validator(), true);
    return service(VALIDATOR, "streams-validator", VALIDATOR_HEAP, plan.ports().console());
  }

  private ServiceConfig settings() {
    return new ServiceConfig(directory, plan);
  }

  /// @param module which built it
  private Child service(String name, String module, String heap, int port) {
    List<String> command = name.equals(PRODUCER) ? java(name, heap) : niced(java(name, heap));
    command.add("-Dquarkus.config.locations=" + directory.config(name).toUri());
    command.add("-Djava.util.logging.manager=org.jboss.logmanager.LogManager");
    // What the manifest of quarkus-run.jar asks for, which java -cp does not read.
    for (String opened : List.of("java.lang", "java.nio", "jdk.internal.misc")) {
      command.add("--add-opens=java.base/" + opened + "=ALL-UNNAMED");
    }
    command.add("-cp");
    command.add(app.launcher() + ":" + app.service(module));
    command.add(Guarded.class.getName());
    command.add(directory.pid(name).toString());
    command.add("io.quarkus.bootstrap.runner.QuarkusEntryPoint");
    return child(name, command, Probes.http(port));
  }

  /// Those who follow the source take the processor time that it leaves: a burst of writes is
  /// served first, and the journal holds what the others have still to do.
  private static List<String> niced(List<String> command) {
    command.addAll(0, List.of("nice", "-n", "10"));
    return command;
  }

  private List<String> java(String name, String heap) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xms" + heap);
    command.add("-Xmx" + heap);
    if (!name.equals(BROKER)) {
      command.add("-XX:+UseSerialGC"); // small heaps, few cores: no threads beside the work
    }
    command.addAll(options(System.getenv(OPTIONS)));
    command.add("-XX:+ExitOnOutOfMemoryError");
    command.add("-XX:ErrorFile=" + directory.logs().resolve("crash-" + name + "-%p.log"));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--sun-misc-unsafe-memory-access=allow");
    return command;
  }

  static List<String> options(@Nullable String text) {
    return text == null || text.isBlank() ? List.of() : List.of(text.strip().split("\\s+"));
  }

  private Child child(String name, List<String> command, Probe probe) {
    return new Child(
        name,
        command,
        directory.root(),
        directory.pid(name),
        directory.output(name),
        directory.log(name),
        probe);
  }
}
