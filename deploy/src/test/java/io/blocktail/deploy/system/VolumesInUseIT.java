package io.blocktail.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.deploy.client.Alert;
import io.blocktail.deploy.client.Volume;
import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is done with volumes while the system runs, by the command line that people use.
class VolumesInUseIT {
  private static final Duration PATIENCE = Duration.ofMinutes(1);
  private static final int MIB = 1 << 20;
  private static final int SIZE = 8 * MIB;
  private static final long BYTES_PER_SECOND = 2 * MIB;

  @TempDir Path temporary;

  private final LoopDevices loops = new LoopDevices();

  @AfterEach
  void detach() throws Exception {
    loops.close();
  }

  /// Kills of source and targets in between.
  @Test
  void aVolumeGrowsUnderLoadAndItsTargetsGrowWithIt() throws Exception {
    long seed = Long.getLong("suite.seed", System.nanoTime());
    var expected = new Expected(SIZE);
    try (RunningSystem system = RunningSystem.start(temporary, "--volume", "demo=8M")) {
      try (var load =
          WriteLoad.start(
              system, "demo", expected, BYTES_PER_SECOND, new Random(seed).nextLong())) {
        awaitWrites(system, load);
        succeeds(system, "volumes", "grow", "demo", "20M");
        system.kill("producer");
        system.kill("consumer");
        awaitWrites(system, load);
        system.await(
            "the size after the kill", PATIENCE, () -> system.volume("demo").size() == 20 * MIB);
        succeeds(system, "volumes", "grow", "demo", "24832K");
        write(system, "demo", 7, "19M", "5M");
        awaitWrites(system, load);
      }
      assertThat(system.blocktail("volumes", "grow", "demo", "16M").printed())
          .contains("it can only grow");
      assertSizeForClients(system, 24_832 << 10);
      assertCopiesAreEqual(system, "demo", system.image("demo"));
      Path read = temporary.resolve("read.img");
      ForeignTool.require("nbdcopy", "libnbd-bin").run(system.tcp("demo"), read);
      byte[] content = Files.readAllBytes(read);
      assertThat(content[19 * MIB]).isEqualTo((byte) 7);
      assertThat(content[24 * MIB]).isZero();
      Files.write(read, Arrays.copyOf(content, SIZE));
      expected.judge(read);
      makesAndDeletes(system);
    } catch (Exception | AssertionError e) {
      throw new AssertionError("-Dsuite.seed=" + seed, e);
    }
  }

  /// In the same system, since a start takes long.
  private void makesAndDeletes(RunningSystem system) throws Exception {
    succeeds(system, "volumes", "create", "extra", "4M");
    write(system, "extra", 5, "0", "1M");
    succeeds(system, "volumes", "read-only", "extra");
    assertThat(tryWrite(system, "extra")).as("a read-only volume is written").isNotZero();
    long before = system.pid("producer");
    system.kill("producer");
    system.await("the producer runs again", PATIENCE, () -> system.pid("producer") != before);
    system.await(
        "the volume is there after the kill",
        PATIENCE,
        () -> Boolean.TRUE.equals(system.volume("extra").readOnly()));
    assertThat(tryWrite(system, "extra")).as("a read-only volume is written").isNotZero();
    succeeds(system, "volumes", "read-only", "extra", "--off");
    write(system, "extra", 6, "1M", "1M");
    succeeds(system, "volumes", "delete", "extra", "--data");
    assertThat(system.volumes()).extracting(Volume::name).containsExactly("demo");
    assertThat(system.image("extra")).doesNotExist();
    Script.Result again = system.blocktail("volumes", "create", "extra", "4M");
    assertThat(again.exit()).isEqualTo(2);
    assertThat(again.printed()).contains("the history of a former volume of this name");
    assertThat(system.blocktail("volumes", "delete", "demo").printed())
        .contains("stands in the configuration");
  }

  @Test
  void aVolumeAndATargetOnBlockDevices() throws Exception {
    Path backing = file("source.raw", 12 * MIB, 0x55);
    Path copy = file("copy.raw", 12 * MIB, 0);
    String source = loops.attach(backing);
    String target = loops.attach(copy);
    try (RunningSystem system =
        RunningSystem.start(
            temporary, "--volume", "disk=" + source, "--target", "disk/device=" + target)) {
      write(system, "disk", 3, "1M", "2M");
      io(system, "disk", "write -z 4M 1M", "discard 6M 1M", "flush");
      system.kill("producer");
      system.kill("consumer");
      system.await("both are there again", PATIENCE, () -> system.volumes().size() == 1);
      assertThat(system.blocktail("volumes", "grow", "disk", "16M").printed())
          .contains("make the device larger first");
      enlarge(backing, 16 * MIB, 0x66);
      loops.reread(source);
      succeeds(system, "volumes", "grow", "disk", "16M");
      write(system, "disk", 4, "15M", "512k");
      system.await(
          "the target says that its device is too small",
          PATIENCE,
          () ->
              system.targets().stream()
                  .allMatch(one ->
                      one.state().equals("halted")
                          && String.valueOf(one.reason()).contains("make the device larger")));
      enlarge(copy, 16 * MIB, 0x77);
      loops.reread(target);
      system.awaitFollowed("disk");
      assertCopiesAreEqual(system, "disk", Path.of(source));
      byte[] content = Files.readAllBytes(backing);
      assertThat(content[4 * MIB]).as("zeroed").isZero();
      assertThat(content[6 * MIB]).as("discarded").isZero();
      assertThat(content[14 * MIB]).as("gained").isZero();
      assertThat(content[15 * MIB]).isEqualTo((byte) 4);
      assertThat(content[8 * MIB]).isEqualTo((byte) 0x55);
    }
  }

  private Path file(String name, int size, int value) throws IOException {
    var content = new byte[size];
    Arrays.fill(content, (byte) value);
    return Files.write(temporary.resolve(name), content);
  }

  private static void enlarge(Path file, int size, int value) throws IOException {
    try (var open = new RandomAccessFile(file.toFile(), "rw")) {
      var more = new byte[size - (int) open.length()];
      Arrays.fill(more, (byte) value);
      open.seek(open.length());
      open.write(more);
    }
  }

  private static void assertCopiesAreEqual(RunningSystem system, String volume, Path source)
      throws Exception {
    system.awaitFollowed(volume);
    ForeignTool cmp = ForeignTool.require("cmp", "diffutils");
    for (var target : system.targets()) {
      cmp.run(source, target.file());
    }
    system.verify(volume);
    assertThat(system.alerts("all")).extracting(Alert::kind).doesNotContain("divergence");
  }

  private static void assertSizeForClients(RunningSystem system, long size) throws Exception {
    ForeignTool nbdinfo = ForeignTool.require("nbdinfo", "libnbd-bin");
    assertThat(nbdinfo.run("--size", system.tcp("demo")).strip()).isEqualTo("" + size);
  }

  private static void succeeds(RunningSystem system, String... command) throws Exception {
    Script.Result result = system.blocktail(command);
    assertThat(result.exit()).as(result.printed()).isZero();
  }

  private static void write(
      RunningSystem system, String volume, int value, String offset, String length)
      throws Exception {
    io(system, volume, "write -P %d %s %s".formatted(value, offset, length), "flush");
  }

  private static void io(RunningSystem system, String volume, String... commands) throws Exception {
    ForeignTool qemu = ForeignTool.require("qemu-io", "qemu-utils");
    var arguments = new java.util.ArrayList<Object>(List.of("-f", "raw"));
    for (String command : commands) {
      arguments.addAll(List.of("-c", command));
    }
    arguments.addAll(List.of("-d", "unmap", system.tcp(volume)));
    qemu.run(arguments.toArray());
  }

  private static int tryWrite(RunningSystem system, String volume) throws Exception {
    return ForeignTool.require("qemu-io", "qemu-utils")
        .tryRun(PATIENCE, "-f", "raw", "-c", "write -P 9 0 4k", system.tcp(volume))
        .status();
  }

  private static void awaitWrites(RunningSystem system, WriteLoad load) throws Exception {
    long goal = load.acknowledged() + 100;
    system.await("100 more writes acknowledged", PATIENCE, () -> load.acknowledged() >= goal);
  }
}
