package io.blocktail.deploy.demo;

import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Endpoints;
import io.blocktail.deploy.client.ServiceClient;
import io.blocktail.deploy.client.Target;
import io.blocktail.deploy.client.Volume;
import io.blocktail.deploy.command.Connection;
import io.blocktail.deploy.command.Verification;
import io.blocktail.deploy.nbd.NbdClient;
import io.blocktail.deploy.plan.RefusedException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/// The demonstration, step by step. Each step tells what it does; what goes wrong ends it with a
/// failure in the report.
final class Demo {
  private static final long SMALLEST = 16 << 20;
  private static final long LARGEST_FILE_SYSTEM = 256 << 20;
  private static final int READ = 4 << 20;
  private static final int FLIPPED = 3;
  private static final int SERVICE_UNAVAILABLE = 503;
  private static final long POLL_MILLIS = 100;

  /// @param seconds of random writes
  /// @param timeout of each wait, in seconds
  /// @param temporary directory for files
  record Settings(String volume, int seconds, int timeout, boolean overwrite, Path temporary) {}

  /// What happened; without failures all went as it should.
  record Report(
      String volume,
      long bytesWritten,
      String damagedTarget,
      List<Long> damagedOffsets,
      int alerts,
      long healingMillis,
      List<String> equalTargets,
      List<String> failures) {}

  private final ServiceClient client;
  private final Settings settings;
  private final Consumer<String> tell;
  private final Random random = new Random();

  Demo(ServiceClient client, Settings settings, Consumer<String> tell) {
    this.client = client;
    this.settings = settings;
    this.tell = tell;
  }

  Report run() throws IOException, InterruptedException {
    Volume volume = volume();
    List<Target> targets = targets(volume);
    awaitValidator();
    var endpoints = client.endpoints();
    List<Long> written;
    long bytes;
    try (NbdClient nbd = connect(endpoints, volume.name())) {
      checkEmpty(nbd);
      long fileSystem = Math.min(LARGEST_FILE_SYSTEM, nbd.size() / 2) & ~4095L;
      tell.accept("writing an ext4 file system of %d MiB".formatted(fileSystem >> 20));
      var image = FileSystemImage.make(settings.temporary(), fileSystem, random);
      written = image.writeTo(nbd, settings.overwrite());
      tell.accept("writing random data behind it for %d s".formatted(settings.seconds()));
      bytes =
          new RandomWrites(nbd, fileSystem, nbd.size(), random)
              .run(Duration.ofSeconds(settings.seconds()));
    } catch (IOException e) {
      return failed(volume, 0, "NBD: " + e.getMessage());
    }
    long sequence = sequence(volume.name());
    if (!await("every replica to follow", () -> allFollowed(volume.name(), sequence))) {
      return failed(volume, bytes, "not every replica reached the source's sequence " + sequence);
    }
    tell.accept("every replica has reached the source");
    return damageAndHeal(volume, targets, written, bytes);
  }

  /// Without a validator nothing is begun. One that was just started says so for some seconds.
  private void awaitValidator() throws InterruptedException {
    if (validatorStarts()) {
      boolean _ = await("the validator to have started", () -> !validatorStarts());
    }
    Connection.value(client.replicas());
  }

  private boolean validatorStarts() {
    return client.replicas() instanceof Answer.Refused<?>(_, int status, _)
        && status == SERVICE_UNAVAILABLE;
  }

  private static NbdClient connect(Endpoints endpoints, String export) {
    try {
      return NbdClient.connect(
          new InetSocketAddress(endpoints.host(), endpoints.nbdPort()), export);
    } catch (IOException e) {
      throw new RefusedException(
          "NBD at %s:%d: %s".formatted(endpoints.host(), endpoints.nbdPort(), e.getMessage()), e);
    }
  }

  private Volume volume() {
    var volumes = Connection.value(client.volumes());
    Volume volume =
        volumes.stream()
            .filter(one -> one.name().equals(settings.volume()))
            .findFirst()
            .orElseThrow(() -> new RefusedException("there is no volume " + settings.volume()));
    if (!Boolean.TRUE.equals(volume.startedEmpty()) && !settings.overwrite()) {
      throw new RefusedException(
          ("volume %s was not created empty by up: its content would be lost. Use another --volume, or"
                  + " --overwrite")
              .formatted(volume.name()));
    }
    if (volume.size() < SMALLEST) {
      throw new RefusedException(
          "volume %s is too small for the demo, which needs 16 MiB".formatted(volume.name()));
    }
    return volume;
  }

  private List<Target> targets(Volume volume) {
    var targets =
        Connection.value(client.targets()).stream()
            .filter(target -> target.volume().equals(volume.name()))
            .toList();
    if (targets.isEmpty()) {
      throw new RefusedException("no target follows volume " + volume.name());
    }
    for (Target target : targets) {
      checkFile(target.file());
    }
    checkFile(volume.file());
    return targets;
  }

  /// The demo looks into the images themselves.
  private static void checkFile(String file) {
    if (!Files.isRegularFile(Path.of(file))) {
      throw new RefusedException(
          "%s is not a file on this machine: the demo runs where up runs, on image files"
              .formatted(file));
    }
  }

  private void checkEmpty(NbdClient nbd) throws IOException {
    if (settings.overwrite()) {
      return;
    }
    tell.accept("reading the volume: it must be empty");
    var buffer = ByteBuffer.allocateDirect(READ);
    var zeros = ByteBuffer.allocateDirect(READ);
    for (long at = 0; at < nbd.size(); at += READ) {
      int length = (int) Math.min(READ, nbd.size() - at);
      nbd.read(buffer.clear().limit(length), at);
      if (buffer.flip().mismatch(zeros.clear().limit(length)) >= 0) {
        throw new RefusedException(
            "volume %s is not empty any more: its content would be lost. Use another --volume, or"
                    .formatted(settings.volume())
                + " --overwrite");
      }
    }
  }

  /// What the replicas must reach: the source's sequence, now that nothing is written any more.
  private long sequence(String name) {
    return Connection.value(client.volumes()).stream()
        .filter(volume -> volume.name().equals(name))
        .map(Volume::sequence)
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new RefusedException("volume %s is gone".formatted(name)));
  }

  private boolean allFollowed(String volume, long sequence) {
    return client.targets() instanceof Answer.Given<List<Target>>(var targets)
        && targets.stream()
            .filter(target -> target.volume().equals(volume))
            .allMatch(target -> {
              Long watermark = target.watermark();
              return target.consistent() && watermark != null && watermark >= sequence;
            });
  }

  private Report damageAndHeal(Volume volume, List<Target> targets, List<Long> written, long bytes)
      throws IOException, InterruptedException {
    Target victim = targets.getFirst();
    var before = Connection.value(client.alerts("all"));
    Damage damage = Damage.inflict(Path.of(victim.file()), written, FLIPPED, random);
    tell.accept(
        "flipped the bytes at %s of %s behind the consumer's back: chunks %s are damaged"
            .formatted(damage.offsets(), victim.file(), damage.chunks()));
    var healing = new Healing(client, volume.name(), before, victim.name(), damage.chunks(), tell);
    long start = System.nanoTime();
    var verification = Verification.start(client, volume.name());
    tell.accept("verifying: pass %d".formatted(verification.pass()));
    boolean proved =
        await(
            "the damage to be found and healed",
            () -> {
              healing.look();
              return verification.look().proved() && healing.isOver();
            });
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    var failures = new ArrayList<>(healing.failures());
    if (!proved) {
      failures.add("not every replica was proved equal: " + verification.look().targets());
    } else {
      tell.accept(
          "every replica is proved equal, %d ms after the verification began".formatted(millis));
    }
    var equal = compare(volume, targets, failures);
    failures.forEach(failure -> tell.accept("FAILED: " + failure));
    if (failures.isEmpty()) {
      tell.accept("all as it should be");
    }
    return new Report(
        volume.name(),
        bytes,
        victim.label(),
        damage.offsets(),
        healing.alerts(),
        millis,
        equal,
        List.copyOf(failures));
  }

  /// Byte for byte, not by our own digests.
  private List<String> compare(Volume volume, List<Target> targets, List<String> failures)
      throws IOException {
    var equal = new ArrayList<String>();
    for (Target target : targets) {
      long mismatch = Files.mismatch(Path.of(volume.file()), Path.of(target.file()));
      if (mismatch < 0) {
        tell.accept("%s = %s, byte for byte".formatted(target.file(), volume.file()));
        equal.add(target.label());
      } else {
        failures.add(
            "%s differs from %s at byte %d".formatted(target.file(), volume.file(), mismatch));
      }
    }
    return List.copyOf(equal);
  }

  private Report failed(Volume volume, long bytes, String failure) {
    tell.accept("FAILED: " + failure);
    return new Report(volume.name(), bytes, "", List.of(), 0, 0, List.of(), List.of(failure));
  }

  /// Asks the services again and again until it is so.
  private boolean await(String what, BooleanSupplier condition) throws InterruptedException {
    tell.accept("waiting for " + what);
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(settings.timeout());
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS); // between two questions over HTTP
    }
    return true;
  }
}
