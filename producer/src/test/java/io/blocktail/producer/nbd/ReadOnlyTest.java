package io.blocktail.producer.nbd;

import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.volume.VolumeName;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// An export that may only be read, beside one of the same device that may be written.
@Timeout(20)
class ReadOnlyTest {
  private static final int SIZE = 8 << 20;
  private static final int EPERM = 1;

  @TempDir Path directory;
  private ServedFile served;
  private RecordingDevice device;
  private ChunkClient client;

  @BeforeEach
  void connect() throws IOException {
    device = new RecordingDevice(ServedFile.file(directory, SIZE));
    served = new ServedFile(directory, device);
    served.exports.add(new VolumeName("fixed"), device, "", true, null);
    client = ChunkClient.structured(served);
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    served.close();
  }

  @Test
  void itSaysSoAndOffersNothingThatChanges() throws IOException {
    int flags = client.go("fixed");
    assertThat(flags & 1 << 1).as("READ_ONLY").isNotZero();
    assertThat(flags & (1 << 5 | 1 << 6 | 1 << 11)).as("TRIM, WRITE_ZEROES, FAST_ZERO").isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 6})
  void trimAndWriteZeroesAreNotPermitted(int command) throws IOException {
    client.go("fixed");
    for (int flags : new int[] {0, 1}) {
      client.request(flags, command, 1, 0, 4096);
      assertThat(client.only().error()).isEqualTo(EPERM);
    }
    assertThat(device.all()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 4096, 3 << 20, 40 << 20})
  void aWriteIsNotPermittedAfterItsPayloadWasTaken(int length) throws IOException {
    client.go("fixed");
    client.write(0, 1, 0, new byte[length]);
    assertThat(client.only().error()).isEqualTo(EPERM);
    client.request(0, 0, 2, 0, 512);
    assertThat(client.only().data()).containsOnly(0);
    assertThat(device.all()).hasSize(1);
  }

  @Test
  void simpleRepliesTellItToo() throws IOException {
    try (RawClient plain = RawClient.tcp(served.server.port())) {
      plain.go("fixed");
      plain.write(0, 1, 0, new byte[512]);
      assertThat(plain.reply(0).error()).isEqualTo(EPERM);
    }
  }

  @Test
  void readsFlushesAndHintsAreServed() throws IOException {
    client.go("fixed");
    client.request(0, 0, 1, 0, 512);
    assertThat(client.only().error()).isZero();
    client.request(0, 3, 2, 0, 0);
    assertThat(client.only().error()).isZero();
    client.request(0, 5, 3, 0, 4096);
    assertThat(client.only().error()).isZero();
  }

  @Test
  void aClientThatIsConnectedMayNotWriteFromTheMomentOnThatItIsSaid() throws IOException {
    var name = new VolumeName("demo");
    client.go("demo");
    client.write(0, 1, 0, new byte[512]);
    assertThat(client.only().error()).isZero();
    assertThat(served.exports.users(name)).isEqualTo(1);
    served.exports.setReadOnly(name, true);
    client.write(0, 1, 0, new byte[512]);
    assertThat(client.only().error()).isEqualTo(EPERM);
    served.exports.setReadOnly(name, false);
    client.write(0, 1, 0, new byte[512]);
    assertThat(client.only().error()).isZero();
  }

  @Test
  void anotherExportOfTheDeviceIsNotConcerned() throws IOException {
    client.go("demo");
    client.write(0, 1, 0, new byte[512]);
    assertThat(client.only().error()).isZero();
  }
}
