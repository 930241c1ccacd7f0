package io.blocktail.producer;

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
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Puts the parts together at start, from the configuration, and ends them in order at stop. A
/// configuration that is wrong stops the start; a volume whose files cannot be used is said to be
/// stopped while the others serve.
@ApplicationScoped
public class Producer {
  private static final Logger LOG = Logger.getLogger(Producer.class);

  private final ProducerConfig config;
  private final VolumeMetrics metrics;
  private final TlsConfigurationRegistry tls;
  private final Exports exports = new Exports();
  private final Roster roster = new Roster();

  private @Nullable KafkaClients kafka;
  private @Nullable NbdServer nbd;
  private @Nullable TopicKeeper topics;
  private @Nullable StatusTeller status;
  private @Nullable VolumeOpening opening;
  private @Nullable VolumeList made;
  private @Nullable VolumeDesk desk;

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
    var opening = new VolumeOpening(config);
    config.volumes().forEach(ConfiguredVolume::judge);
    takePlaces();
    KafkaClients clients = KafkaClients.open(config);
    kafka = clients;
    this.opening = opening;
    config.volumes().forEach((name, volume) -> open(opening, clients, name, volume));
    openMade(opening, clients);
    topics = TopicKeeper.start(clients.setup());
    roster.running().forEach(RunningVolume::start);
    status = StatusTeller.start(roster::running, clients.messages(clients.topics().sources()));
    for (RunningVolume volume : roster.running()) {
      metrics.register(volume);
      if (volume.scanner() == null) {
        export(volume);
      }
    }
    nbd = listen();
  }

  /// Those that were made while a producer ran before.
  private void openMade(VolumeOpening opening, KafkaClients clients) {
    if (config.directory().isEmpty()) {
      return;
    }
    VolumeList list;
    try {
      list = VolumeList.open(config.directory().get());
    } catch (IOException e) {
      throw new ConfigurationError("blocktail.directory", FileTrouble.said(e), e);
    }
    made = list;
    desk = new VolumeDesk(this, list, clients.setup(), config.createAnywhere());
    for (MadeVolume volume : list.all()) {
      String user = roster.take(volume.name(), volume);
      if (user != null) {
        throw new ConfigurationError(
            "blocktail.volumes." + user,
            "volume %s, which was made by command line or API, has this name, file or directory already: give this one another, or leave it out here until that one is deleted"
                .formatted(volume.name()),
            null);
      }
      if (volume.leaving()) {
        broken(volume, "it is being deleted, which was cut off. Ask for it again");
      } else {
        open(opening, clients, volume.name(), volume);
      }
    }
  }

  /// Opens a volume that is made now, and serves it.
  RunningVolume admit(VolumeName name, MadeVolume volume) throws IOException {
    KafkaClients clients = Objects.requireNonNull(kafka);
    if (roster.take(name.value(), volume) != null) {
      throw new IOException("its name, file or directory is another volume's");
    }
    try {
      RunningVolume admitted = Objects.requireNonNull(opening).open(name, volume, clients);
      roster.put(admitted);
      admitted.start();
      metrics.register(admitted);
      export(admitted);
      return admitted;
    } catch (IOException | RuntimeException e) {
      roster.remove(name.value());
      throw e;
    }
  }

  /// Takes leave of a volume's clients and closes it, if it is open.
  void dismiss(String name) {
    boolean _ = exports.remove(new VolumeName(name));
    roster.running(name).ifPresent(RunningVolume::stop);
  }

  /// The volume is no more.
  void forget(String name) {
    metrics.remove(name);
    roster.remove(name);
    if (status != null) {
      status.erase(name);
    }
  }

  /// The volume can do nothing.
  void broken(MadeVolume volume, String reason) {
    metrics.remove(volume.name());
    Long size = volume.bytes();
    roster.put(
        new BrokenVolume(
            new VolumeName(volume.name()),
            volume.image().toString(),
            size == null ? 0 : size,
            reason,
            volume.capture()));
  }

  int clients(String name) {
    return exports.users(new VolumeName(name));
  }

  /// See [Roster#userAround].
  @Nullable String userAround(MadeVolume volume) {
    return roster.userAround(volume);
  }

  boolean knows(String name) {
    return roster.knows(name);
  }

  /// Says whether clients may change the volume, from now on and over restarts.
  void setReadOnly(RunningVolume volume, boolean readOnly) throws IOException, Refusal {
    VolumeName name = volume.volume().name();
    if (volume.scanner() != null) {
      throw Refusal.conflict(
          "volume %s is not served to clients: somebody else writes it".formatted(name));
    }
    if (!readOnly && roster.settings(name.value()).readOnly()) {
      throw Refusal.conflict(
          "volume %s is read-only by its configuration: change blocktail.volumes.%s.read-only"
              .formatted(name, name));
    }
    volume.volume().setReadOnly(readOnly, Instant.now());
    exports.setReadOnly(name, volume.readOnly());
  }

  /// Makes and deletes volumes.
  ///
  /// @throws Refusal when nothing says where they are to be kept
  VolumeDesk desk() throws Refusal {
    VolumeDesk desk = this.desk;
    if (desk == null) {
      throw Refusal.conflict(
          "volumes are made and deleted here only with blocktail.directory configured; otherwise they stand in the configuration");
    }
    return desk;
  }

  private void export(RunningVolume running) {
    VolumeName name = running.volume().name();
    exports.add(
        name,
        running.device(),
        running.file(),
        running.readOnly(),
        new CapturedHistory(running.volume()));
  }

  private void takePlaces() {
    config
        .volumes()
        .forEach((name, volume) -> {
          String user = roster.take(name, volume);
          if (user != null) {
            boolean directory = Roster.shareDirectory(roster.settings(user), volume);
            throw new ConfigurationError(
                "blocktail.volumes." + name + (directory ? ".directory" : ".file"),
                (directory ? volume.directory() : volume.file().orElseThrow())
                    + " is another volume's too",
                null);
          }
        });
  }

  /// One that cannot be opened does not keep the others from being served.
  private void open(
      VolumeOpening opening, KafkaClients clients, String given, ProducerConfig.Volume volume) {
    var name = new VolumeName(given);
    try {
      roster.put(opening.open(name, volume, clients));
    } catch (IOException e) {
      String reason =
          FileTrouble.said(e)
              + ". Mend that and restart the producer, which takes the volume up again";
      LOG.errorf(e, "volume %s is stopped: %s", name, reason);
      long size = volume.size().map(MemorySize::asLongValue).orElse(0L);
      roster.put(
          new BrokenVolume(name, VolumeOpening.place(volume), size, reason, volume.capture()));
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
    for (RunningVolume volume : roster.running()) {
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
    if (made != null) {
      try {
        made.close();
      } catch (IOException e) {
        LOG.warnf(e, "the list of made volumes was not closed");
      }
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
    return roster.running();
  }

  Optional<RunningVolume> running(String name) {
    return roster.running(name);
  }

  /// The open volume of the name.
  ///
  /// @throws jakarta.ws.rs.WebApplicationException as the answer to who asked for another one
  RunningVolume find(String name) {
    return roster
        .running(name)
        .orElseThrow(() ->
            roster
                .broken(name)
                .<RuntimeException>map(other ->
                    new ClientErrorException(
                        "volume %s is stopped: %s".formatted(name, other.reason()),
                        Response.Status.CONFLICT))
                .orElseGet(() -> new NotFoundException("there is no volume '" + name + "'")));
  }

  /// All that could not be opened.
  Collection<BrokenVolume> broken() {
    return roster.broken();
  }

  /// Where NBD clients connect; 0 before the start.
  int nbdPort() {
    return nbd == null ? 0 : nbd.port();
  }
}
