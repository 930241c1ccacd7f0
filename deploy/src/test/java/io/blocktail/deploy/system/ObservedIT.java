package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Answer;
import io.blocktail.deploy.client.Scan;
import io.blocktail.deploy.client.Target;
import io.blocktail.process.ForeignTool;
import io.blocktail.process.QemuNbd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Promises "Prefix" and "Convergent", for volumes that somebody else writes: one a file, one an
/// image of QEMU.
@Timeout(300)
class ObservedIT {
  private static final int MEGABYTES = 48;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir static Path temporary;
  private static Path file;
  private static Path image;
  private static QemuNbd qemu;
  private static RunningSystem system;
  private final Random random = new Random(Long.getLong("suite.seed", System.nanoTime()));

  @BeforeAll
  static void start() throws Exception {
    file = Images.random(temporary.resolve("file.img"), MEGABYTES, new Random(1));
    image = QemuNbd.qcow2(temporary.resolve("image.qcow2"), 16 << 20, "dirt");
    QemuNbd.io(image, "write -P 1 1M 3M", "write -P 2 9M 4k");
    qemu = new QemuNbd(temporary.resolve("qemu.sock"));
    qemu.start(image, "dirt");
    var environment = new HashMap<String, String>();
    environment.putAll(
        volume(
            "SCANNED", Map.of("FILE", file.toString(), "CAPTURE", "scan", "SCAN_WATCH", "true")));
    environment.putAll(
        volume("PULLED", Map.of("CAPTURE", "pull", "PULL_URI", qemu.uri(), "PULL_BITMAP", "dirt")));
    system = RunningSystem.start(environment, temporary, "--volume", "demo=1M");
  }

  /// A volume of the system's own producer and consumer that no option of `up` has.
  private static Map<String, String> volume(String name, Map<String, String> settings) {
    String prefix = "BLOCKTAIL_VOLUMES_" + name + "_";
    var environment = new HashMap<String, String>();
    settings.forEach((key, value) -> environment.put(prefix + key, value));
    String directory = temporary.resolve(name).toString();
    environment.put(prefix + "DIRECTORY", directory);
    environment.put(prefix + "TARGETS_COPY_FILE", copy(name).toString());
    environment.put(prefix + "TARGETS_COPY_DIRECTORY", directory + "-copy");
    return environment;
  }

  private static Path copy(String name) {
    return temporary.resolve(name.toLowerCase(Locale.ROOT) + "-copy.img");
  }

  @AfterAll
  static void stop() throws Exception {
    try (QemuNbd _ = qemu;
        RunningSystem _ = system) {
      // what was started is closed
    }
  }

  @Test
  void whatSomebodyElseWritesIntoAFileReachesTheTargets() throws Exception {
    Path copy = copy("scanned");
    system.awaitFollowed("scanned");
    cmp(file, copy);

    write(file, 200);
    Script.Result scan = system.blocktail("scan", "scanned");
    assertThat(scan.exit()).as(scan.printed()).isZero();
    system.awaitFollowed("scanned");
    cmp(file, copy);

    write(file, 200);
    awaitCopy("the file was seen to change");

    long pid = system.pid("producer");
    system.kill("producer");
    write(file, 200);
    system.awaitRestart("producer", pid);
    awaitCopy("what was written while nobody looked");

    Path next = Images.random(temporary.resolve("next.img"), MEGABYTES, random);
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    awaitCopy("another file took its place");

    Images.damage(copy, List.of(5L << 20, 7L << 20), random);
    system.verify("scanned");
    system.awaitFollowed("scanned");
    cmp(file, copy);
    assertThat(alerts("all")).extracting(Alert::kind).containsOnly("divergence");
    system.await("every alert is closed", PATIENCE, () -> alerts("open").isEmpty());
    assertThat(scans("scanned")).hasSizeGreaterThan(4);
    assertTargetHasWhatTheLastScanSaw("scanned");
  }

  @Test
  void whatQemuWritesIsPulledByItsDirtyBitmap() throws Exception {
    Path copy = copy("pulled");
    system.awaitFollowed("pulled");
    cmp(raw(), copy);
    assertThat(scans("pulled").getFirst().all()).isTrue();

    qemu.close();
    Script.Result failed = system.blocktail("scan", "--pull", "pulled");
    assertThat(failed.exit()).as(failed.printed()).isEqualTo(1);
    assertThat(failed.printed()).contains("FAILED: " + qemu.uri());
    assertThat(system.volume("pulled").state()).isEqualTo("unscanned");
    QemuNbd.io(image, "write -P 3 2M 8k", "write -P 4 12M 1M", "write -z 9M 4k");
    qemu.start(image, "dirt");

    Script.Result pull = system.blocktail("scan", "--pull", "pulled");
    assertThat(pull.exit()).as(pull.printed()).isZero();
    system.awaitFollowed("pulled");
    cmp(raw(), copy);
    Scan last = scans("pulled").getFirst();
    assertThat(last.all()).isFalse();
    assertThat(last.chunks()).as("chunks that are dirty since the bitmap was made").isEqualTo(5);
    // The one that failed may have been tried again just before, by itself.
    assertThat(scans("pulled").stream().filter(scan -> !scan.all()).mapToLong(Scan::blocks).sum())
        .isEqualTo(2 + 256 + 1);
    assertTargetHasWhatTheLastScanSaw("pulled");
    assertThat(system.volume("pulled").state()).isEqualTo("serving");
    system.verify("pulled");
  }

  /// What QEMU itself says that the image holds.
  private static Path raw() throws Exception {
    Path raw = temporary.resolve("raw");
    ForeignTool.require("qemu-img", "qemu-utils")
        .run("convert", "-U", "-f", "qcow2", "-O", "raw", image, raw);
    return raw;
  }

  private static void cmp(Path one, Path other) throws Exception {
    ForeignTool.require("cmp", "diffutils").run(one, other);
  }

  private static List<Alert> alerts(String state) throws IOException {
    return system.alerts(state).stream().filter(alert -> alert.volume().equals("scanned")).toList();
  }

  private static List<Scan> scans(String volume) throws IOException {
    if (system.client().scans(volume) instanceof Answer.Given<List<Scan>>(var scans)) {
      return scans;
    }
    throw new IOException("no answer");
  }

  private static void assertTargetHasWhatTheLastScanSaw(String volume) throws IOException {
    Scan last = scans(volume).getFirst();
    assertThat(last.state()).isEqualTo("finished");
    Target target =
        system.targets().stream()
            .filter(one -> one.volume().equals(volume))
            .findFirst()
            .orElseThrow();
    assertThat(target.watermark()).isGreaterThanOrEqualTo(last.toSequence());
  }

  private static void awaitCopy(String what) throws Exception {
    system.await(what, PATIENCE, () -> Files.mismatch(file, copy("scanned")) < 0);
    system.awaitFollowed("scanned");
    cmp(file, copy("scanned"));
  }

  private void write(Path file, int writes) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      for (int i = 0; i < writes; i++) {
        var data = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(data);
        channel.write(
            ByteBuffer.wrap(data), random.nextLong(((long) MEGABYTES << 20) - data.length));
      }
    }
  }
}
