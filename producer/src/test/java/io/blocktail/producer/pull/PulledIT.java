package io.blocktail.producer.pull;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.process.ForeignTool;
import io.blocktail.process.QemuNbd;
import io.blocktail.volume.BlockDevice;
import io.blocktail.volume.Geometry;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against qemu-nbd, with a persistent bitmap in a qcow2.
@Timeout(60)
class PulledIT {
  private static final int SIZE = 8 << 20;

  @TempDir Path directory;
  private Path image;
  private QemuNbd server;

  @BeforeEach
  void serve() throws Exception {
    image = QemuNbd.qcow2(directory.resolve("disk.qcow2"), SIZE, "dirt");
    server = new QemuNbd(directory.resolve("nbd.sock"));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private Pulled pulled(String bitmap) {
    return new Pulled(NbdUri.parse(server.uri()), bitmap);
  }

  @Test
  void theDirtyBitmapNamesTheChunksThatWereWritten() throws Exception {
    QemuNbd.io(image, "write -P 1 1M 4k", "write -P 2 3145720 16");
    server.start(image, "dirt");
    Pulled pulled = pulled("dirt");
    try (BlockDevice device = pulled.open()) {
      assertThat(device.size()).isEqualTo(SIZE);
      assertThat(pulled.dirty(Geometry.of(SIZE))).isEqualTo(bits(1, 2, 3));
    }
  }

  private static BitSet bits(int... set) {
    var bits = new BitSet();
    for (int bit : set) {
      bits.set(bit);
    }
    return bits;
  }

  @Test
  void contentAndHolesAreReadAsTheyAre() throws Exception {
    QemuNbd.io(image, "write -P 7 1M 64k", "write -z 2M 64k");
    server.start(image, "dirt");
    try (BlockDevice device = pulled("dirt").open()) {
      assertThat(device.holeAt(0, 1 << 20)).isEqualTo(1 << 20);
      assertThat(device.holeAt(1 << 20, 1 << 20)).isZero();
      assertThat(device.dataAt(1 << 20, 1 << 20)).isEqualTo(64 << 10);
      assertThat(device.holeAt(2 << 20, 1 << 20)).isEqualTo(1 << 20);
      ByteBuffer read = ByteBuffer.allocate(128 << 10);
      device.read(read, 1 << 20);
      assertThat(read.hasRemaining()).isFalse();
      for (int i = 0; i < read.capacity(); i++) {
        assertThat(read.get(i)).isEqualTo((byte) (i < 64 << 10 ? 7 : 0));
      }
    }
  }

  @Test
  void aBitmapThatIsNotThereIsNamed() throws Exception {
    server.start(image, "dirt");
    assertThatThrownBy(() -> pulled("other").open())
        .hasMessageContaining("the server has no qemu:dirty-bitmap:other");
  }

  @Test
  void aConnectionThatBrokeIsMadeAnew() throws Exception {
    QemuNbd.io(image, "write -P 1 0 4k");
    server.start(image, "dirt");
    try (BlockDevice device = pulled("dirt").open()) {
      ByteBuffer block = ByteBuffer.allocate(4096);
      device.read(block, 0);
      server.close();
      assertThatThrownBy(() -> device.read(block.clear(), 0)).hasMessageContaining(server.uri());
      server.start(image, "dirt");
      device.read(block.clear(), 0);
      assertThat(block.get(0)).isEqualTo((byte) 1);
    }
  }

  @Test
  void aServerThatIsNotThereIsNamed() {
    assertThatThrownBy(() -> pulled("dirt").open()).hasMessageContaining(server.uri());
  }

  @Test
  void whatQemuImgConvertsIsWhatIsRead() throws Exception {
    QemuNbd.io(image, "write -P 1 100k 1000k", "write -P 2 5M 1M", "discard 5300k 100k");
    Path raw = directory.resolve("raw");
    ForeignTool.require("qemu-img", "qemu-utils")
        .run("convert", "-f", "qcow2", "-O", "raw", image, raw);
    server.start(image, "dirt");
    try (BlockDevice device = pulled("dirt").open()) {
      ByteBuffer read = ByteBuffer.allocate(SIZE);
      device.read(read, 0);
      assertThat(read.array()).isEqualTo(Files.readAllBytes(raw));
    }
  }
}
