package io.blocktail.consumer.target;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.ReplicaMedium;
import io.blocktail.consumer.digest.DigestAnswer;
import io.blocktail.consumer.digest.ResyncAsk;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.random.RandomGenerator;

/// A target over a disk and a stream in memory, moved by hand.
final class Bench {
  static final TargetName SELF = new TargetName("a");
  static final TargetName OTHER = new TargetName("b");
  static final String DATA = "data";

  /// Held, since a logger that nobody holds forgets its level. Targets halt here on purpose.
  private static final Logger QUIET = Logger.getLogger("io.blocktail.consumer.target");

  static {
    QUIET.setLevel(Level.OFF);
  }

  final SimulatedStream stream;
  final List<DigestAnswer> answers = new ArrayList<>();
  final List<ResyncAsk> asks = new ArrayList<>();
  final SimulatedDisk disk;
  Target target;
  Instant now = Instant.EPOCH;
  long reach = 1000;

  Bench(SimulatedStream stream) {
    this(stream, new SimulatedDisk());
  }

  Bench(SimulatedStream stream, SimulatedDisk disk) {
    this.stream = stream;
    this.disk = disk;
    this.target = open();
  }

  /// A file of the simulated disk, beside the target's own.
  record Medium(SimulatedDisk disk) implements ReplicaMedium {
    @Override
    public boolean blank() throws IOException {
      if (disk.exists(DATA)) {
        for (byte b : disk.contentOf(DATA)) {
          if (b != 0) {
            return false;
          }
        }
      }
      return true;
    }

    @Override
    public BlockDevice open(long size, boolean fresh) throws IOException {
      if (!fresh && !disk.exists(DATA)) {
        throw new IOException("data is missing");
      }
      return new SimulatedDevice(disk, DATA, size);
    }

    @Override
    public void checkInPlace() {} // nobody else has this disk

    @Override
    public String toString() {
      return DATA;
    }
  }

  private Target open() {
    return new Target(
        "demo/a",
        new Applier.Ground(SELF, new Medium(disk), disk, answers::add, reach),
        stream,
        asks::add,
        new TargetSettings(
            Duration.ofSeconds(5), reach, Duration.ofSeconds(1), Duration.ofSeconds(60)),
        () -> now);
  }

  /// The process is gone, what it has written is there.
  void kill() {
    target = open();
  }

  /// The machine is gone, and of what was not forced some is there and some is not.
  void losePower(RandomGenerator random) {
    disk.losePower(random);
    target = open();
  }

  void restart() {
    target.finish();
    target = open();
  }

  void pass(Duration time) {
    now = now.plus(time);
  }

  /// Until the target has nothing to do.
  Bench run() {
    int idle = 0;
    for (int i = 0; idle < 3; i++) {
      if (i > 100_000) {
        throw new AssertionError("the target finds no rest: " + target.report());
      }
      boolean busy = target.step(Duration.ZERO);
      busy |= target.checkpointStep(Duration.ZERO);
      idle = busy ? 0 : idle + 1;
    }
    return this;
  }

  byte[] data() throws IOException {
    return disk.contentOf(DATA);
  }
}
