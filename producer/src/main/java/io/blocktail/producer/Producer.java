package io.blocktail.producer;

import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.nbd.Exports;
import io.blocktail.producer.nbd.NbdConfig;
import io.blocktail.producer.nbd.NbdServer;
import io.blocktail.storage.FileTrouble;
import io.blocktail.volume.VolumeName;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.MemorySize;
import io.quarkus.tls.TlsConfigurationRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.ws.rs.ClientErrorException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Puts the parts together at start, from the configuration, and ends them in order at stop. A
/// configuration that is wrong stops the start; a volume whose files cannot be used is said to be
/// stopped while the others serve.
@ApplicationScoped
public class Producer {
  private static final Logger LOG = Logger.getLogger(Producer.class);
  private static final int LONGEST_ID = 255;

  private final ProducerConfig config;
  private final VolumeMetrics metrics;
  private final TlsConfigurationRegistry tls;
  private final Exports exports = new Exports();
  private final Map<String, RunningVolume> running = new TreeMap<>();
  private final Map<String, BrokenVolume> broken = new TreeMap<>();

  private @Nullable KafkaClients kafka;
  private @Nullable NbdServer nbd;
  private @Nullable TopicKeeper topics;
  private @Nullable StatusTeller status;

  Producer(ProducerConfig config, VolumeMetrics metrics, TlsConfigurationRegistry tls) {
    this.config = config;
    this.metrics = metrics;
    this.tls = tls;
  }

  void start(@Observes StartupEvent event) {
    try {
      start();
    } catch (RuntimeException e) {
      stop();
      throw e;
    }
  }

  private void start() {
    String owner = owner();
    config.volumes().forEach(ConfiguredVolume::judge);
    refuseSharedFiles();
    var _ = settings(owner, true);
    KafkaClients clients = KafkaClients.open(config);
    kafka = clients;
    config.volumes().forEach((name, volume) -> open(new VolumeName(name), volume, owner, clients));
    topics = TopicKeeper.start(clients.setup());
    running.values().forEach(RunningVolume::start);
    status = StatusTeller.start(running.values(), clients.messages(clients.topics().sources()));
    for (RunningVolume volume : running.values()) {
      metrics.register(volume);
      if (volume.scanner() == null) {
        export(volume);
      }
    }
    nbd = listen();
  }

  private void export(RunningVolume running) {
    VolumeName name = running.volume().name();
    exports.add(
        name,
        running.device(),
        running.file(),
        Objects.requireNonNull(config.volumes().get(name.value())).readOnly(),
        new CapturedHistory(running.volume()));
  }

  private String owner() {
    String id = config.id().orElseGet(Producer::hostName);
    if (id.isBlank() || id.length() > LONGEST_ID) {
      throw new ConfigurationError(
          "blocktail.id", "'%s' must have 1 to %d characters".formatted(id, LONGEST_ID), null);
    }
    return id;
  }

  private static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      throw new ConfigurationError(
          "blocktail.id", "not given, and this host's name is not known: " + e.getMessage(), e);
    }
  }

  private void refuseSharedFiles() {
    var used = new HashSet<Object>();
    config
        .volumes()
        .forEach((name, volume) -> {
          String key = "blocktail.volumes." + name;
          if (!volume
              .file()
              .map(file -> used.add(file.toAbsolutePath().normalize()))
              .orElse(true)) {
            throw new ConfigurationError(
                key + ".file", volume.file().get() + " is another volume's too", null);
          }
          if (!used.add(volume.directory().toAbsolutePath().normalize())) {
            throw new ConfigurationError(
                key + ".directory", volume.directory() + " is another volume's too", null);
          }
        });
  }

  private void open(
      VolumeName name, ProducerConfig.Volume volume, String owner, KafkaClients clients) {
    try {
      Observation observation =
          volume.capture() == ProducerConfig.Capture.NBD
              ? null
              : Observation.open(name.value(), volume);
      ConfiguredVolume configured =
          observation == null
              ? ConfiguredVolume.open(name.value(), volume)
              : observation.configured();
      try {
        SourceVolume source =
            SourceVolume.open(
                name,
                configured.device(),
                configured.directory(),
                settings(owner, !configured.created()));
        running.put(name.value(), run(source, configured, clients, observation));
      } catch (IOException | RuntimeException e) {
        close(configured);
        throw e;
      }
    } catch (IOException e) {
      String reason =
          FileTrouble.said(e)
              + ". Mend that and restart the producer, which takes the volume up again";
      LOG.errorf(e, "volume %s is stopped: %s", name, reason);
      long size = volume.size().map(MemorySize::asLongValue).orElse(0L);
      broken.put(
          name.value(), new BrokenVolume(name, place(volume), size, reason, volume.capture()));
    }
  }

  private RunningVolume run(
      SourceVolume source,
      ConfiguredVolume configured,
      KafkaClients clients,
      @Nullable Observation observation)
      throws IOException {
    try {
      return new RunningVolume(source, configured.file(), config, clients, observation);
    } catch (IOException e) {
      try (source) {
        throw e;
      }
    }
  }

  private static String place(ProducerConfig.Volume volume) {
    return volume
        .file()
        .map(file -> file.toAbsolutePath().toString())
        .or(volume.pull()::uri)
        .orElse("");
  }

  private static void close(ConfiguredVolume configured) {
    try {
      configured.device().close();
    } catch (IOException e) {
      LOG.warnf(e, "%s was not closed", configured.file());
    }
  }

  private SourceSettings settings(String owner, boolean startsWithContent) {
    try {
      return new SourceSettings(
          owner,
          config.journal().limit().asLongValue(),
          Math.toIntExact(config.journal().segment().asLongValue()),
          Clock.systemUTC(),
          startsWithContent);
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ConfigurationError(
          "blocktail.journal.limit and .segment", String.valueOf(e.getMessage()), e);
    }
  }

  private NbdServer listen() {
    NbdConfig settings = NbdSettings.of(config.nbd(), tls);
    try {
      return NbdServer.start(settings, exports);
    } catch (IOException e) {
      throw new ConfigurationError(
          "blocktail.nbd.host, .port and .socket", String.valueOf(e.getMessage()), e);
    }
  }

  /// Clients first, so that nothing is captured any more; then what was captured is published.
  void stop(@Observes ShutdownEvent event) {
    stop();
  }

  private void stop() {
    if (nbd != null) {
      try {
        nbd.close();
      } catch (IOException e) {
        LOG.warnf(e, "the NBD server was not closed cleanly");
      }
    }
    var stops = new ArrayList<Thread>();
    for (RunningVolume volume : running.values()) {
      stops.add(Thread.ofPlatform().name("stop-" + volume.volume().name()).start(volume::stop));
    }
    stops.forEach(Producer::join);
    if (status != null) {
      status.close();
    }
    if (topics != null) {
      topics.close();
    }
    if (kafka != null) {
      kafka.close();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      LOG.warnf("interrupted while waiting for %s", thread.getName());
    }
  }

  /// All that are open, stopped or not.
  Collection<RunningVolume> running() {
    return List.copyOf(running.values());
  }

  Optional<RunningVolume> running(String name) {
    return Optional.ofNullable(running.get(name));
  }

  /// The open volume of the name.
  ///
  /// @throws jakarta.ws.rs.WebApplicationException as the answer to who asked for another one
  RunningVolume find(String name) {
    RunningVolume volume = running.get(name);
    if (volume != null) {
      return volume;
    }
    BrokenVolume other = broken.get(name);
    if (other == null) {
      throw new NotFoundException("there is no volume '" + name + "'");
    }
    throw new ClientErrorException(
        "volume %s is stopped: %s".formatted(name, other.reason()), Response.Status.CONFLICT);
  }

  /// All that could not be opened.
  Collection<BrokenVolume> broken() {
    return List.copyOf(broken.values());
  }

  /// Where NBD clients connect; 0 before the start.
  int nbdPort() {
    return nbd == null ? 0 : nbd.port();
  }
}
