package io.blocktail.producer;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// All that can be configured, under `blocktail`. A key that is not here is refused at start.
@ConfigMapping(prefix = "blocktail")
public interface ProducerConfig {
  /// Who owns the volumes, for people. The host's name if not given.
  Optional<String> id();

  /// What the names of all topics start with.
  @WithDefault("blocktail")
  String topicPrefix();

  /// Settings of Kafka's clients, passed through: `blocktail.kafka."bootstrap.servers"`. Acks,
  /// idempotence, retries and serializers are fixed, since correctness rests on them.
  Map<String, String> kafka();

  Nbd nbd();

  Journal journal();

  Publish publish();

  /// How often the volumes' files are forced, so that journal can be used again.
  @WithDefault("5s")
  Duration checkpointInterval();

  Scrub scrub();

  Resync resync();

  Topics topics();

  /// The volumes, by name.
  Map<String, Volume> volumes();

  interface Nbd {
    /// Where clients connect; only this machine's own addresses unless `remote-allowed`.
    @WithDefault("127.0.0.1")
    String host();

    /// 0 for any that is free.
    @WithDefault("10809")
    int port();

    /// A Unix socket's path; none if not given.
    Optional<Path> socket();

    /// Whether other machines may connect: NBD here has neither encryption nor passwords.
    @WithDefault("false")
    boolean remoteAllowed();
  }

  interface Journal {
    /// What a volume's journal may take on disk. When it is full, writers wait for Kafka.
    @WithDefault("1G")
    MemorySize limit();

    /// Size of one journal file; the limit has room for at least four.
    @WithDefault("64M")
    MemorySize segment();
  }

  interface Publish {
    /// How long a busy volume's changes are collected before they are published together, and how
    /// long to wait after a force of the journal before the next one that no client asked for.
    /// After a rest a change is published at once.
    @WithDefault("10ms")
    Duration interval();
  }

  interface Scrub {
    /// In which time the background pass gets over a whole volume.
    @WithDefault("24h")
    Duration period();
  }

  interface Resync {
    /// The most bytes a second that a resync sends; as fast as Kafka takes them if not given.
    Optional<MemorySize> rate();
  }

  interface Topics {
    /// Of topics that are made here; the broker's default if not given.
    Optional<Short> replicationFactor();

    /// Of topics that are made here; the broker's default if not given.
    Optional<Integer> minInsyncReplicas();
  }

  interface Volume {
    /// The regular file or block device that holds the volume's bytes.
    Path file();

    /// If there is no such file, it is made with this size; without a size that is an error.
    Optional<MemorySize> size();

    /// For the journal, the checkpoint, the chunk records and the lock.
    Path directory();

    /// Whether NBD clients may only read the volume.
    @WithDefault("false")
    boolean readOnly();
  }
}
