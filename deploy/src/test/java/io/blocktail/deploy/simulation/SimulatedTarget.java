package io.blocktail.deploy.simulation;

import io.blocktail.consumer.apply.Applier;
import io.blocktail.consumer.apply.ReplicaMedium;
import io.blocktail.consumer.digest.DigestSink;
import io.blocktail.consumer.digest.ResyncAsker;
import io.blocktail.consumer.target.Target;
import io.blocktail.consumer.target.TargetReport;
import io.blocktail.consumer.target.TargetSettings;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.TargetName;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/// A target over disks that survive its consumer.
final class SimulatedTarget {
  private static final String REPLICA = "replica";

  private final TargetName name;
  private final SimulatedBroker broker;
  private final DigestSink digests;
  private final ResyncAsker asker;
  private final InstantSource clock;
  private final int size;
  private final SimulatedDisk directory = new SimulatedDisk();
  private final SimulatedDisk medium = new SimulatedDisk();
  private Target target;
  private int fuse = -1;

  SimulatedTarget(
      TargetName name,
      SimulatedBroker broker,
      DigestSink digests,
      ResyncAsker asker,
      InstantSource clock,
      int size) {
    this.name = name;
    this.broker = broker;
    this.digests = digests;
    this.asker = asker;
    this.clock = clock;
    this.size = size;
    directory.onFault(this::burn);
    medium.onFault(this::burn);
    this.target = start();
  }

  private void burn(String operation, String file) {
    if (fuse == 0) {
      throw new SimulatedSource.Killed();
    }
    if (fuse > 0) {
      fuse--;
    }
  }

  void lightFuse(int operations) {
    fuse = operations;
  }

  private Target start() {
    var ground = new Applier.Ground(name, new Medium(), directory, digests, 50);
    var settings =
        new TargetSettings(
            Duration.ofMillis(200), 50, Duration.ofMillis(10), Duration.ofSeconds(1));
    return new Target("simulated", ground, broker.connectTarget(), asker, settings, clock);
  }

  /// The consumer is killed and started again.
  void restart() {
    revive();
    target = start();
  }

  /// The host of the consumer loses power and comes back.
  void losePower(RandomGenerator random) {
    revive();
    directory.losePower(random);
    medium.losePower(random);
    target = start();
  }

  private void revive() {
    fuse = -1;
    directory.kill();
    medium.kill();
  }

  boolean step() {
    return target.step(Duration.ZERO);
  }

  boolean checkpointStep() {
    return target.checkpointStep(Duration.ZERO);
  }

  void watch() {
    target.watch();
  }

  TargetReport report() {
    return target.report();
  }

  byte[] content() throws IOException {
    return medium.exists(REPLICA) ? Arrays.copyOf(medium.contentOf(REPLICA), size) : new byte[size];
  }

  private final class Medium implements ReplicaMedium {
    @Override
    public boolean blank() throws IOException {
      for (byte b : content()) {
        if (b != 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public BlockDevice open(long size, boolean fresh) throws IOException {
      return new SimulatedDevice(medium, REPLICA, size);
    }

    @Override
    public void checkInPlace() {} // nobody else has this disk

    @Override
    public String toString() {
      return REPLICA;
    }
  }
}
