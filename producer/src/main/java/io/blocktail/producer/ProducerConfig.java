package io.blocktail.producer;

import io.blocktail.producer.nbd.TlsMode;
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

  /// Where volumes live that are made while the producer runs, by API or command line: the list of
  /// them, and their files. None can be made without it.
  Optional<Path> directory();

  /// Whether the files of such a volume may be anywhere, a block device say, and not only in
  /// `directory`: whoever reaches the API can then have any file of this machine exported.
  @WithDefault("false")
  boolean createAnywhere();

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
    /// Where clients connect. An address that other machines reach is refused, unless they must
    /// show a certificate (`tls=required` and a trust store) or `allow-insecure-remote`.
    @WithDefault("127.0.0.1")
    String host();

    /// 0 for any that is free.
    @WithDefault("10809")
    int port();

    /// A Unix socket's path; none if not given.
    Optional<Path> socket();

    /// TLS for those who come over TCP: `off`, `allowed` for who asks for it, or `required`.
    @WithDefault("off")
    TlsMode tls();

    /// The same for the Unix socket, where the permissions of its directory say who may connect.
    @WithDefault("off")
    TlsMode socketTls();

    /// Which of Quarkus's TLS configurations has the certificates: `quarkus.tls.NAME.key-store` the
    /// server's own; with `quarkus.tls.NAME.trust-store` clients must show one that it trusts. What
    /// `quarkus.tls.NAME.reload-period` has read again is for the connections that follow.
    @WithDefault("nbd")
    String tlsConfigurationName();

    /// Whether other machines may connect without a certificate: each of them can then read and
    /// write every byte of every volume.
    @WithDefault("false")
    boolean allowInsecureRemote();

    /// How many clients at once; one more is turned away. Each takes a thread and 2.25 MiB, and 0.3
    /// MiB more with TLS.
    @WithDefault("64")
    int maxConnections();

    /// How long a client may take to choose an export.
    @WithDefault("10s")
    Duration handshakeTimeout();

    /// The most data that one read or write may have, 1M to 32M. Clients are told, but those that
    /// do not ask expect 32M.
    @WithDefault("32M")
    MemorySize maxRequest();

    /// How many requests of one connection are worked on at once, 1 to 1024; more wait in its
    /// socket.
    @WithDefault("1024")
    int maxInFlight();

    /// After how much silence of a TCP client it is asked whether it is there, 4s to 2h; it is
    /// given up after as long again without an answer.
    @WithDefault("1m")
    Duration keepalive();

    /// At stop, what clients have begun is answered and what they ask then is refused; this is how
    /// long those may take to leave, at most 10s, before they are left.
    @WithDefault("1s")
    Duration farewell();
  }

  interface Journal {
    /// What a volume's journal may take on disk.
    @WithDefault("1G")
    MemorySize limit();

    /// What happens when it is full because Kafka does not take what is in it. `block`: writers
    /// wait. `overflow`: changes go past the journal, which chunks they touch is kept on disk, and
    /// their content is sent when Kafka is back; until it has arrived the targets stay as they
    /// were.
    @WithDefault("overflow")
    WhenFull whenFull();

    /// How long a writer waits for room before the journal overflows.
    @WithDefault("5s")
    Duration overflowAfter();

    /// Size of one journal file; the limit has room for at least four.
    @WithDefault("64M")
    MemorySize segment();
  }

  enum WhenFull {
    BLOCK,
    OVERFLOW
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
    /// How its changes come into its history. `nbd`: the producer owns the file and serves it to
    /// NBD clients. `scan`: somebody else writes the file or device, which is read again and again.
    /// `pull`: another NBD server has it, and tells which parts are dirty.
    @WithDefault("nbd")
    Capture capture();

    /// The regular file or block device that holds the volume's bytes. Not of a volume that is
    /// pulled.
    Optional<Path> file();

    /// If there is no such file, it is made with this size; without a size that is an error. A
    /// volume that is smaller grows to it at the next start; one that has grown beyond stays as it
    /// is. Only of a volume that NBD clients write.
    Optional<MemorySize> size();

    Scan scan();

    Pull pull();

    /// For the journal, the checkpoint, the chunk records and the lock.
    Path directory();

    /// Whether NBD clients may only read the volume.
    @WithDefault("false")
    boolean readOnly();
  }

  enum Capture {
    NBD,
    SCAN,
    PULL
  }

  /// Of volumes that somebody else writes.
  interface Scan {
    /// From the end of a scan of everything to the next; 0s for none that nobody asks for. It is
    /// also how soon a target is found to differ.
    @WithDefault("1h")
    Duration period();

    /// The most bytes a second that are read; as fast as it goes if not given.
    Optional<MemorySize> rate();

    /// Whether a scan begins when the file was written to. The system does not say it of block
    /// devices, of writes through a memory map, and of what another machine does on a network file
    /// system.
    @WithDefault("false")
    boolean watch();

    /// How long the file must have been left alone before that; at the latest after ten times as
    /// long it is scanned all the same.
    @WithDefault("2s")
    Duration settle();
  }

  /// Of volumes that another NBD server has.
  interface Pull {
    /// The export: `nbd://HOST[:PORT]/EXPORT` or `nbd+unix:///EXPORT?socket=PATH`.
    Optional<String> uri();

    /// The dirty bitmap of the server, QEMU's `qemu:dirty-bitmap:NAME`, that says what to read. Its
    /// owner clears it.
    Optional<String> bitmap();

    /// From the end of a pull to the next; 0s for none that nobody asks for.
    @WithDefault("1m")
    Duration period();
  }
}
