package io.blocktail.producer.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.storage.SimulatedDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class PauseTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678901Z");

  private final SimulatedDisk disk = new SimulatedDisk();

  @Test
  void aPauseIsRememberedUntilItEnds() throws IOException {
    Pause pause = Pause.open(disk);
    assertThat(pause.isOn()).isFalse();
    pause.begin(NOW);
    pause.begin(NOW.plusSeconds(9));
    assertThat(Pause.open(disk).since()).isEqualTo(NOW);
    pause.end();
    pause.end();
    assertThat(Pause.open(disk).isOn()).isFalse();
  }

  @Test
  void aDamagedFileIsRefusedAndSaysHowToGoOn() throws IOException {
    Pause.open(disk).begin(NOW);
    ByteBuffer bytes = disk.read(Pause.NAME, 64).orElseThrow();
    disk.replace(Pause.NAME, bytes.put(20, (byte) 9));
    assertThatThrownBy(() -> Pause.open(disk))
        .hasMessage(
            "the file 'paused' is damaged: its checksum is wrong. Delete it to go on publishing");
    disk.replace(Pause.NAME, ByteBuffer.allocate(3));
    assertThatThrownBy(() -> Pause.open(disk)).hasMessageContaining("Delete it to go on");
  }
}
