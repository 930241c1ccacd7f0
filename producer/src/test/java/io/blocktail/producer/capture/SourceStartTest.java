package io.blocktail.producer.capture;

import static io.blocktail.producer.capture.Source.CHUNK;
import static io.blocktail.producer.capture.Source.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Promise "Durable": a volume serves before its device has durably what was redone.
class SourceStartTest {
  private static final int SIZE = 2 * CHUNK;

  private static void refuseForces(SimulatedDisk medium) {
    medium.onFault((operation, file) -> {
      if (operation.equals("force")) {
        throw new IOException("simulated: the device is not forced");
      }
    });
  }

  @Test
  void aStartAfterAKillDoesNotForceTheDevice() throws Exception {
    var source = new Source(SIZE);
    source.capture().write(bytes(8192, 7), 0);
    refuseForces(source.medium);
    source.killAndReopen();
    source.capture().write(bytes(4096, 8), CHUNK);
    source.capture().force();
    assertThat(source.volume.state()).isEqualTo(new SourceState.Serving());
    assertThat(source.deviceContent()[0]).isEqualTo((byte) 7);
  }

  @Test
  void whatWasRedoneIsRedoneAgainUntilTheDeviceIsForced() throws Exception {
    var source = new Source(SIZE);
    byte[] expected = new byte[SIZE];
    var random = new Random(3);
    for (int life = 0; life < 5; life++) {
      int at = life * 8192;
      source.capture().write(bytes(12288, 10 + life), at);
      java.util.Arrays.fill(expected, at, at + 12288, (byte) (10 + life));
      source.capture().force();
      source.directory.kill();
      source.directory.losePower(random);
      source.medium.setContent("device", new byte[SIZE]); // the device has lost all of it
      source.losePowerAndReopen(random);
      assertThat(source.deviceContent()).as("life %d", life).isEqualTo(expected);
    }
  }

  @Test
  void aVolumeThatDiesAgainAndAgainForcesItsDeviceAtLast() throws Exception {
    var source = new Source(SIZE);
    int[] forces = {0};
    source.medium.onFault((operation, file) -> forces[0] += operation.equals("force") ? 1 : 0);
    for (int life = 0; life < Checkpoint.MOST_INCARNATIONS - 1; life++) {
      source.capture().write(bytes(4096, life), 4096L * life);
      source.killAndReopen();
    }
    assertThat(forces[0]).isZero();
    source.capture().write(bytes(4096, 99), CHUNK);
    source.killAndReopen();
    assertThat(forces[0]).isEqualTo(1);
    source.killAndReopen();
    assertThat(forces[0]).isEqualTo(1);
    assertThat(source.deviceContent()[CHUNK]).isEqualTo((byte) 99);
  }
}
