package io.blocktail.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class MarkTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void aPauseIsRememberedUntilItEnds() throws IOException {
    Mark pause = Mark.open(disk, Mark.Kind.PAUSED);
    assertThat(pause.isOn()).isFalse();
    pause.begin(NOW);
    pause.begin(NOW.plusSeconds(9));
    assertThat(Mark.open(disk, Mark.Kind.PAUSED).since()).isEqualTo(NOW);
    pause.end();
    pause.end();
    assertThat(Mark.open(disk, Mark.Kind.PAUSED).isOn()).isFalse();
  }

  @Test
  void aDamagedFileIsRefusedAndSaysHowToGoOn() throws IOException {
    Mark.open(disk, Mark.Kind.PAUSED).begin(NOW);
    ByteBuffer bytes = disk.read("paused", 64).orElseThrow();
    disk.replace("paused", bytes.put(20, (byte) 9));
    assertThatThrownBy(() -> Mark.open(disk, Mark.Kind.PAUSED))
        .hasMessage(
            "the file 'paused' is damaged: its checksum is wrong. While it is there the volume is paused; delete it if it is not to be");
    disk.replace("paused", ByteBuffer.allocate(3));
    assertThatThrownBy(() -> Mark.open(disk, Mark.Kind.PAUSED))
        .hasMessageContaining("delete it if it is not to be");
  }
}
