package io.blocktail.deploy.service;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/// The main class of the broker's JVM: formats the storage of a new one, then is Kafka. Argument:
/// its properties file.
public final class EmbeddedBroker {
  private static final int NODE = 1;

  private EmbeddedBroker() {}

  public static void main(String[] arguments) throws Exception {
    var properties = new Properties();
    try (Reader from = Files.newBufferedReader(Path.of(arguments[0]))) {
      properties.load(from);
    }
    Path storage = Path.of(properties.getProperty("log.dirs"));
    if (!Files.exists(storage)) {
      format(storage);
    }
    kafka.Kafka.main(arguments);
  }

  /// Formats beside the place and moves it there: a storage directory is whole or not there.
  private static void format(Path storage) throws Exception {
    Path next = storage.resolveSibling(storage.getFileName() + ".formatting");
    remove(next);
    new Formatter()
        .setPrintStream(System.out)
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(NODE)
        .setDirectories(List.of(next.toString()))
        .setMetadataLogDirectory(next.toString())
        .setControllerListenerName(BrokerConfig.CONTROLLER_LISTENER)
        .setReleaseVersion(MetadataVersion.latestProduction())
        .run();
    Files.move(next, storage, StandardCopyOption.ATOMIC_MOVE);
  }

  private static void remove(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    try (var all = Files.walk(directory)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
