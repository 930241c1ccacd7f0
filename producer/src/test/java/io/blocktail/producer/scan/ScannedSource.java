package io.blocktail.producer.scan;

import io.blocktail.event.Event;
import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkRun;
import io.blocktail.event.avro.ResyncRequest;
import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.Publisher;
import io.blocktail.producer.publish.SentMessages;
import io.blocktail.producer.publish.SimulatedTopic;
import io.blocktail.producer.publish.StreamOf;
import io.blocktail.producer.resync.ResyncRequests;
import io.blocktail.producer.resync.ResyncResponder;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// A scanned volume with all that works on it, in memory and in one thread, under a clock of its
/// own; and the file, which is somebody else's.
final class ScannedSource {
  static final int CHUNK = Geometry.DEFAULT_CHUNK;
  private static final String FILE = "file";
  private static final long ROOM = 4L * CHUNK;

  final int size;
  final SimulatedTopic topic = new SimulatedTopic(new Random(1));
  final SimulatedDisk medium = new SimulatedDisk();
  final SentMessages digests = new SentMessages();
  final Requests requests = new Requests();
  final Tellings changes = new Tellings();

  /// What the scan under way has read, and what the last finished one had.
  final byte[] seen;

  byte[] lastSeen;

  /// What each scan that has read everything has read.
  final List<byte[]> complete = new ArrayList<>();

  private boolean scanning;
  SimulatedDisk files = new SimulatedDisk();
  Duration period = Duration.ZERO;
  OptionalLong rate = OptionalLong.empty();
  boolean atStart;
  String name = FILE;
  @Nullable IOException unreadable;
  SourceVolume volume;
  Publisher publisher;
  ResyncResponder responder;
  Scanner scanner;
  long nanos;

  /// The requests in memory.
  static final class Requests implements ResyncRequests {
    final List<byte[]> records = new ArrayList<>();
    int next;

    @Override
    public List<Received> poll() {
      var received = new ArrayList<Received>();
      for (; next < records.size(); next++) {
        received.add(new Received(next, records.get(next)));
      }
      return received;
    }

    @Override
    public void commit(long offset) {}

    @Override
    public void close() {}
  }

  /// What is told of changes.
  static final class Tellings implements Changes {
    boolean noticed;
    @Nullable BitSet dirty;
    @Nullable IOException failure;
    @Nullable String stamp;

    @Override
    public boolean noticed(long nanos) {
      return noticed;
    }

    @Override
    public void taken() {
      noticed = false;
    }

    @Override
    public @Nullable String stamp() {
      return stamp;
    }

    @Override
    public boolean pulls() {
      return dirty != null;
    }

    @Override
    public BitSet dirty(Geometry geometry) throws IOException {
      if (failure != null) {
        throw failure;
      }
      return (BitSet) java.util.Objects.requireNonNull(dirty).clone();
    }

    @Override
    public void close() {}
  }

  /// Remembers what was read.
  private final class Looked implements BlockDevice {
    private final BlockDevice below;

    Looked(BlockDevice below) {
      this.below = below;
    }

    @Override
    public long size() {
      return below.size();
    }

    @Override
    public void read(ByteBuffer into, long offset) throws IOException {
      if (unreadable != null) {
        throw unreadable;
      }
      int from = into.position();
      below.read(into, offset);
      if (scanning) {
        into.get(from, seen, (int) offset, into.position() - from);
        if (offset + into.position() - from == size) {
          complete.add(seen.clone());
        }
      }
    }

    @Override
    public void write(ByteBuffer from, long offset) {
      throw new AssertionError("somebody else's file is never written");
    }

    @Override
    public void zero(long offset, long length) {
      throw new AssertionError("somebody else's file is never written");
    }

    @Override
    public void force() {
      throw new AssertionError("somebody else's file is never forced");
    }

    @Override
    public void close() throws IOException {
      below.close();
    }
  }

  ScannedSource(int chunks) throws IOException {
    this.size = chunks * CHUNK;
    this.seen = new byte[size];
    this.lastSeen = new byte[size];
    try (var device = new SimulatedDevice(medium, FILE, size)) {
      device.force();
    }
    open();
  }

  private BlockDevice look() throws IOException {
    long now = medium.contentOf(FILE).length;
    return new Looked(new SimulatedDevice(medium, FILE, now));
  }

  void open() throws IOException {
    ScanLog log = ScanLog.open(files);
    var device = new ObservedDevice(FILE, size, this::look);
    volume = SourceVolumes.open(files, device, true);
    publisher = new Publisher(volume, topic, "changes", Duration.ofMillis(5), () -> nanos);
    scanner =
        new Scanner(
            volume,
            device,
            ScanFiles.open(files, log, volume),
            new ScanSettings(name, period, Duration.ZERO, atStart, rate, 2),
            changes,
            digests,
            Runnable::run,
            clock(),
            () -> nanos);
    responder =
        new ResyncResponder(
            volume, requests, scanner::markAgain, false, OptionalLong.empty(), () -> nanos);
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneId getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(ZoneId zone) {
        throw new UnsupportedOperationException();
      }

      @Override
      public Instant instant() {
        return Instant.EPOCH.plusNanos(nanos);
      }
    };
  }

  /// As after `kill -9`: what the former objects still do touches another disk.
  void restart() throws IOException {
    topic.clientDied();
    files = files.copy();
    requests.next = 0;
    open();
  }

  void losePower(java.util.random.RandomGenerator random) throws IOException {
    topic.clientDied();
    files.losePower(random);
    requests.next = 0;
    open();
  }

  void write(long offset, byte[] data) throws IOException {
    try (var device = new SimulatedDevice(medium, FILE, medium.contentOf(FILE).length)) {
      device.write(ByteBuffer.wrap(data), offset);
    }
  }

  byte[] content() throws IOException {
    return medium.contentOf(FILE);
  }

  void resize(int bytes) throws IOException {
    medium.setContent(FILE, java.util.Arrays.copyOf(content(), bytes));
  }

  List<Event> events() {
    return StreamOf.events(topic.records());
  }

  /// One step of everything.
  ///
  /// @return whether there was anything to do
  boolean step() throws IOException {
    Scan before = running();
    boolean worked = publisher.step() | (hasRoom() && scan(scanner));
    worked |= !scanner.isOpen() && hasRoom() && responder.step();
    if (before != null) {
      Scan after = scanner.log().find(before.id()).orElseThrow();
      if (after.state() == Scan.State.FINISHED) {
        lastSeen = seen.clone();
      }
    }
    return worked;
  }

  private boolean scan(Scanner scanner) {
    scanning = true;
    try {
      return scanner.step();
    } finally {
      scanning = false;
    }
  }

  private @Nullable Scan running() {
    return scanner.log().scans().stream()
        .filter(scan -> scan.state() == Scan.State.RUNNING)
        .findFirst()
        .orElse(null);
  }

  /// Nobody else is there to make room while somebody waits for it.
  private boolean hasRoom() throws IOException {
    if (volume.journal().limitBytes() - volume.journal().usedBytes() > ROOM) {
      return true;
    }
    boolean _ = volume.checkpoint();
    return false;
  }

  /// Until nothing is left to do. A step of time is what a publisher waits.
  void settle() throws IOException {
    for (int quiet = 0, steps = 0; quiet < 10; steps++) {
      if (steps > 100_000) {
        throw new AssertionError("it comes to no end");
      }
      if (step()) {
        quiet = 0;
      } else {
        quiet++;
        nanos += Duration.ofMillis(5).toNanos();
      }
    }
  }

  /// Scans everything, and publishes it.
  Scan scan() throws IOException {
    long id = scanner.requestPass();
    settle();
    return scanner.log().find(id).orElseThrow();
  }

  void ask(@Nullable String target, int chunk, long pass) {
    requests.records.add(
        new Messages<>(ResyncRequest.class)
            .encode(
                ResyncRequest.newBuilder()
                    .setId("r" + requests.records.size())
                    .setVolume(volume.name().value())
                    .setVolumeId(volume.ownership().volume().toString())
                    .setTarget(target == null ? null : new TargetName(target).value())
                    .setChunks(List.of(new ChunkRun(chunk, 1)))
                    .setPass(pass)
                    .setReason("test")
                    .setAt(1)
                    .build()));
  }
}
