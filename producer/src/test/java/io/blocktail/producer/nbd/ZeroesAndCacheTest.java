package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.nbd.RecordingDevice.Asked;
import io.blocktail.storage.SimulatedDevice;
import io.blocktail.storage.SimulatedDisk;
import io.blocktail.volume.Request.Operation;
import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// WRITE_ZEROES with its flags, and CACHE. The export `demo` punches holes, `slow` writes zeros.
@Timeout(20)
class ZeroesAndCacheTest {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 8 * MIB;
  private static final int CACHE = 5;
  private static final int WRITE_ZEROES = 6;
  private static final int NO_HOLE = 2;
  private static final int FAST = 16;
  private static final int ENOTSUP = 95;

  @TempDir Path directory;
  private ServedFile served;
  private RecordingDevice device;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    device = new RecordingDevice(ServedFile.file(directory, SIZE));
    served = new ServedFile(directory, device);
    var slow = new SimulatedDevice(new SimulatedDisk(), "slow", SIZE);
    served.exports.add(new VolumeName("slow"), slow, "");
    client = ChunkClient.structured(served);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  private byte[] content(int length) throws IOException {
    client.request(4, 0, 1, 0, length);
    return client.reply().getFirst().data();
  }

  private void fill() throws IOException {
    var ones = new byte[MIB];
    Arrays.fill(ones, (byte) 1);
    client.write(0, 1, 0, ones);
    assertThat(client.only().error()).isZero();
  }

  private int zero(int flags, long offset, long length) throws IOException {
    client.request(flags, WRITE_ZEROES, 2, offset, length);
    return client.only().error();
  }

  @ParameterizedTest
  @CsvSource({"0", "2", "16", "17", "1", "3"})
  void zeroedRangesReadAsZeros(int flags) throws IOException {
    client.go("demo");
    fill();
    assertThat(zero(flags, 4096, 8192)).isZero();
    byte[] content = content(MIB);
    assertThat(Arrays.copyOfRange(content, 4096, 12288)).containsOnly(0);
    assertThat(Arrays.copyOf(content, 4096)).containsOnly(1);
    assertThat(Arrays.copyOfRange(content, 12288, MIB)).containsOnly(1);
  }

  @ParameterizedTest
  @CsvSource({"18, 0, 4096", "16, 1, 4096", "16, 0, 512", "19, 0, 1048576"})
  void whatWouldNotBeFastIsNotSupportedAndChangesNothing(int flags, long offset, long length)
      throws IOException {
    client.go("demo");
    fill();
    assertThat(zero(flags, offset, length)).isEqualTo(ENOTSUP);
    assertThat(content(MIB)).containsOnly(1);
  }

  @Test
  void aDeviceThatWritesZerosIsNotFast() throws IOException {
    client.go("slow");
    fill();
    assertThat(zero(FAST, 0, 4096)).isEqualTo(ENOTSUP);
    assertThat(content(MIB)).containsOnly(1);
    assertThat(zero(0, 0, 4096)).isZero();
    assertThat(zero(NO_HOLE, 0, 4096)).isZero();
  }

  @Test
  void aFastRequestIsServedAtAnyLength() throws IOException {
    client.go("demo");
    assertThat(zero(FAST, 0, SIZE)).isZero();
  }

  @Test
  void aFastRequestThatIsWrongAnywayIsToldSo() throws IOException {
    client.go("slow");
    assertThat(zero(FAST, 0, SIZE + 1)).isEqualTo(28);
  }

  @Test
  void aHintReachesTheDeviceAndNothingIsRead() throws IOException {
    client.go("demo");
    client.request(0, CACHE, 5, 4096, 3 * MIB);
    client.request(1, CACHE, 6, 1, 1);
    assertThat(client.only().cookie()).isEqualTo(5);
    assertThat(client.only().cookie()).isEqualTo(6);
    assertThat(device.expected).containsExactly("4096+" + 3 * MIB, "1+1");
    assertThat(device.all()).extracting(Asked::operation).doesNotContain(Operation.READ);
  }

  @ParameterizedTest
  @CsvSource({"2, 0, 4096", "4, 0, 4096", "0, 8388608, 1", "0, 0, 0", "0, -1, 1"})
  void aBadHintIsInvalidAndReachesNobody(int flags, long offset, long length) throws IOException {
    client.go("demo");
    client.request(flags, CACHE, 5, offset, length);
    assertThat(client.only().error()).isEqualTo(22);
    assertThat(device.expected).isEmpty();
  }
}
