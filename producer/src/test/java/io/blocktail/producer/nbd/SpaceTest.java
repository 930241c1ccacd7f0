package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceState;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.DeviceFull;
import io.blocktail.volume.FileDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// What a client meets at a captured volume whose file system gives space or has none left.
@Timeout(60)
class SpaceTest {
  private static final int MIB = 1 << 20;
  private static final int WRITE_ZEROES = 6;
  private static final int NO_HOLE = 2;
  private static final int EIO = 5;
  private static final int ENOSPC = 28;

  @TempDir Path directory;

  private interface Scenario {
    void play(RawClient client, SourceVolume volume) throws Exception;
  }

  private void serve(BlockDevice device, Scenario scenario) throws Exception {
    try (SourceVolume volume = SourceVolumes.open(new SimulatedDisk(), device, false);
        var served = new ServedFile(directory, volume.device());
        RawClient client = served.client()) {
      scenario.play(client, volume);
    }
  }

  private static int write(RawClient client, int offset, int length) throws IOException {
    var data = new byte[length];
    new Random(offset).nextBytes(data);
    client.write(0, 1, offset, data);
    return client.reply(0).error();
  }

  @Test
  void writtenZerosKeepTheirSpaceWhenTheClientWantsThem() throws Exception {
    Path file = directory.resolve("volume.img");
    serve(
        FileDevice.create(file, 8 * MIB),
        (client, volume) -> {
          client.request(NO_HOLE, WRITE_ZEROES, 1, MIB, 2 * MIB);
          assertThat(client.reply(0).error()).isZero();
          assertThat(allocated(file)).isBetween(2L * MIB, 3L * MIB);
          client.request(0, WRITE_ZEROES, 2, MIB, MIB);
          assertThat(client.reply(0).error()).isZero();
          assertThat(allocated(file)).isBetween(1L * MIB, 2L * MIB);
          assertThat(client.readBack(0, 4 * MIB)).containsOnly(0);
        });
  }

  private static long allocated(Path file) throws IOException {
    var stat = new ProcessBuilder("stat", "-c", "%b", file.toString()).start();
    return 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
  }

  @Test
  void theWriteThatFindsADeviceFullIsToldSoAndTheVolumeStops() throws Exception {
    var disk = new SimulatedDisk();
    var device = new SimulatedDevice(disk, "volume", 16 * MIB);
    serve(
        device,
        (client, volume) -> {
          assertThat(write(client, 0, 4096)).isZero();
          disk.onFault((operation, file) -> {
            throw new DeviceFull(file, new IOException("No space left on device"));
          });
          assertThat(write(client, 4096, 4096)).isEqualTo(ENOSPC);
          assertThat(write(client, 4096, 4096)).isEqualTo(EIO);
          assertThat(volume.state())
              .isEqualTo(
                  new SourceState.Stopped(
                      "volume demo: a write to volume failed: no space is left for volume"));
        });
  }

  @Test
  void aLargeWriteThatFindsADeviceFullIsToldSo() throws Exception {
    var disk = new SimulatedDisk();
    serve(
        new SimulatedDevice(disk, "volume", 16 * MIB),
        (client, volume) -> {
          disk.onFault((operation, file) -> {
            throw new DeviceFull(file, new IOException("No space left on device"));
          });
          assertThat(write(client, 0, 8 * MIB)).isEqualTo(ENOSPC);
        });
  }

  @Test
  void aFileSystemThatIsFullIsRecognised() throws Exception {
    Path small = Files.createDirectory(directory.resolve("small"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small.toString()),
        "only a person who may mount has a small file system");
    try {
      serve(
          FileDevice.create(small.resolve("volume.img"), 8 * MIB),
          (client, volume) -> {
            assertThat(write(client, 0, MIB / 2)).isZero();
            assertThat(write(client, MIB, 2 * MIB)).isEqualTo(ENOSPC);
            assertThat(volume.state()).isInstanceOf(SourceState.Stopped.class);
          });
    } finally {
      assertThat(run("umount", small.toString())).isTrue();
    }
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor() == 0;
    } catch (IOException noSuchTool) {
      return false;
    }
  }
}
