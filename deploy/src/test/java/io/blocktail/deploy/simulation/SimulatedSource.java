package io.blocktail.deploy.simulation;

import io.blocktail.event.Messages;
import io.blocktail.event.avro.ChunkDigest;
import io.blocktail.producer.capture.SourceSettings;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.producer.publish.MessageTopic;
import io.blocktail.producer.publish.Publisher;
import io.blocktail.producer.resync.ResyncRequests;
import io.blocktail.producer.resync.ResyncResponder;
import io.blocktail.producer.scrub.Scrubber;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Request;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// The producer's cores over disks that survive it: what [#kill] leaves is what [#start] finds.
final class SimulatedSource {
  static final VolumeName VOLUME = new VolumeName("demo");

  /// The process is gone at this very moment.
  static final class Killed extends Error {
    private static final long serialVersionUID = 1;
  }

  private final SimulatedBroker broker;
  private final SimulatedRequests requests;
  private final long size;
  private final Clock clock;
  private final LongSupplier nanos;
  private final MessageTopic digests;
  private final SimulatedDisk directory = new SimulatedDisk();
  private final SimulatedDisk medium = new SimulatedDisk();
  private final ArrayDeque<Runnable> background = new ArrayDeque<>();
  private int boots;

  private SourceVolume volume;
  private long lastBeforeStart;
  private Publisher publisher;
  private Scrubber scrubber;
  private ResyncResponder responder;

  /// Disk operations until the process is killed; negative for never.
  private int fuse = -1;

  SimulatedSource(
      SimulatedBroker broker,
      SimulatedRequests requests,
      long size,
      Clock clock,
      LongSupplier nanos,
      MessageTopic digests)
      throws IOException {
    this.broker = broker;
    this.requests = requests;
    this.size = size;
    this.clock = clock;
    this.nanos = nanos;
    this.digests = digests;
    directory.onFault(this::burn);
    medium.onFault(this::burn);
    start();
  }

  private void burn(String operation, String file) {
    if (fuse == 0) {
      throw new Killed();
    }
    if (fuse > 0) {
      fuse--;
    }
  }

  /// The process dies within the next disk operations, from inside whatever does them.
  void lightFuse(int operations) {
    fuse = operations;
  }

  private void start() throws IOException {
    var settings =
        new SourceSettings(
            "source", 64 << 20, 1 << 20, clock, false, "boot-" + boots, background::addLast);
    volume =
        SourceVolume.open(VOLUME, new SimulatedDevice(medium, "volume", size), directory, settings);
    lastBeforeStart =
        volume.hasGaps() ? volume.journal().appended() - 1 : volume.journal().appended();
    publisher =
        new Publisher(volume, broker.connectSource(), "changes", Duration.ofMillis(5), nanos);
    scrubber = new Scrubber(volume, digests, Duration.ofSeconds(30), clock, nanos);
    responder =
        new ResyncResponder(volume, requests, scrubber::markAgain, OptionalLong.empty(), nanos);
  }

  /// The process dies and is started again; nothing that was written is lost.
  void restart() throws IOException {
    publisher.close(); // what was under way to the broker may still arrive there
    background.clear();
    requests.restart();
    fuse = -1;
    directory.kill();
    medium.kill();
    start();
  }

  /// The machine loses power: of what was not forced each write is kept, lost or torn.
  void losePower(RandomGenerator random) throws IOException {
    directory.losePower(random);
    medium.losePower(random);
    boots++;
    restart();
  }

  /// The journal overflows, or has room again.
  boolean switchWay() throws IOException {
    if (isOverflowed()) {
      volume.endOverflow();
    } else {
      volume.beginOverflow();
    }
    return true;
  }

  /// In bytes.
  long size() {
    return volume.device().size();
  }

  boolean grow(long bytes) throws IOException {
    volume.grow(bytes);
    return true;
  }

  boolean isOverflowed() {
    return volume.state() instanceof SourceState.Overflow;
  }

  /// Sequence of the last event before those with which it was opened last.
  long lastBeforeStart() {
    return lastBeforeStart;
  }

  void execute(List<Request> batch) {
    volume.device().execute(batch, "client");
  }

  boolean publish() {
    return publisher.step();
  }

  boolean scrub() {
    return scrubber.step();
  }

  boolean respond() {
    return responder.step();
  }

  boolean checkpoint() throws IOException {
    return volume.checkpoint();
  }

  boolean prepare() {
    Runnable task = background.poll();
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  long startPass() throws IOException {
    return scrubber.requestPass();
  }

  boolean isDrained() {
    return !isOverflowed() && publisher.isDrained() && responder.isIdle() && requests.isEmpty();
  }

  long appended() {
    return volume.journal().appended();
  }

  SourceVolume volume() {
    return volume;
  }

  byte[] content() throws IOException {
    var content = ByteBuffer.allocate((int) size());
    volume.device().read(content, 0);
    return content.array();
  }

  /// Requests that ask for chunks again; they outlive the process.
  static final class SimulatedRequests implements ResyncRequests {
    private final List<byte[]> log = new ArrayList<>();
    private int next;
    private int committed;

    void add(byte[] request) {
      log.add(request);
    }

    void restart() {
      next = committed;
    }

    boolean isEmpty() {
      return next == log.size();
    }

    @Override
    public List<Received> poll() {
      var received = new ArrayList<Received>();
      for (; next < log.size(); next++) {
        received.add(new Received(next, log.get(next)));
      }
      return received;
    }

    @Override
    public void commit(long offset) {
      committed = (int) offset + 1;
    }

    @Override
    public void close() {}
  }

  static Messages<ChunkDigest> digestMessages() {
    return new Messages<>(ChunkDigest.class);
  }
}
