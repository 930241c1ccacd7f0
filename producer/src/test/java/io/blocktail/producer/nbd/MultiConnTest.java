package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.producer.SourceVolumes;
import io.blocktail.producer.capture.SourceVolume;
import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// CAN_MULTI_CONN: what one connection makes durable includes what others were told is written.
@Timeout(60)
class MultiConnTest {
  private static final int SIZE = 8 << 20;
  private static final int LENGTH = 4096;
  private static final int PLACES = 20;
  private static final int FLUSH = 3;
  private static final int FUA = 1;

  @TempDir Path directory;

  private interface Durability {
    void ask(RawClient client) throws IOException;
  }

  /// Writes on one connection, has another one ask for durability, loses power, and counts what of
  /// the writes is left.
  private int survivors(long seed, Durability durability) throws Exception {
    var files = new SimulatedDisk();
    var devices = new SimulatedDisk();
    SourceVolume volume = SourceVolumes.open(files, devices, SIZE);
    try (var served = new ServedFile(directory, volume.device());
        RawClient writer = served.client();
        RawClient other = served.client()) {
      for (int i = 0; i < PLACES; i++) {
        writer.write(0, i, (long) i * LENGTH, ones());
        assertThat(writer.reply(0).error()).isZero();
      }
      assertThat(other.readBack(0, LENGTH)).containsOnly(1);
      durability.ask(other);
    }
    var random = new Random(seed);
    files.losePower(random);
    devices.losePower(random);
    int left = 0;
    try (SourceVolume again = SourceVolumes.open(files, devices, SIZE)) {
      for (int i = 0; i < PLACES; i++) {
        var content = ByteBuffer.allocate(LENGTH);
        again.device().read(content, (long) i * LENGTH);
        left += Arrays.equals(content.array(), ones()) ? 1 : 0;
      }
    }
    return left;
  }

  private static byte[] ones() {
    var ones = new byte[LENGTH];
    Arrays.fill(ones, (byte) 1);
    return ones;
  }

  @Test
  void aFlushCoversWhatOtherConnectionsWrote() throws Exception {
    for (long seed = 1; seed <= 10; seed++) {
      int left =
          survivors(
              seed,
              client -> {
                client.request(0, FLUSH, 1, 0, 0);
                assertThat(client.reply(0).error()).isZero();
              });
      assertThat(left).as("seed %d", seed).isEqualTo(PLACES);
    }
  }

  @Test
  void aFuaWriteCoversWhatOtherConnectionsWrote() throws Exception {
    for (long seed = 1; seed <= 10; seed++) {
      int left =
          survivors(
              seed,
              client -> {
                client.write(FUA, 1, 1 << 20, new byte[512]);
                assertThat(client.reply(0).error()).isZero();
              });
      assertThat(left).as("seed %d", seed).isEqualTo(PLACES);
    }
  }

  /// Else the two above would show nothing.
  @Test
  void withoutEitherSomethingIsLost() throws Exception {
    int least = PLACES;
    for (long seed = 1; seed <= 10; seed++) {
      least = Math.min(least, survivors(seed, client -> {}));
    }
    assertThat(least).isLessThan(PLACES);
  }
}
