package io.blocktail.deploy.nbd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.blocktail.process.ForeignTool;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Against nbdkit.
@Timeout(60)
class NbdClientTest {
  private static final int SIZE = 8 << 20;

  @TempDir Path temporary;
  private Path image = Path.of("unset");
  private int port;
  private @Nullable Process server;

  @BeforeEach
  void serve() throws IOException {
    var nbdkit = ForeignTool.require("nbdkit", "nbdkit");
    image = temporary.resolve("image");
    try (var file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort();
    }
    server =
        nbdkit.start(
            temporary.resolve("nbdkit.out"),
            "--foreground",
            "--ipaddr=127.0.0.1",
            "--port=" + port,
            "--filter=error",
            "file",
            "file=" + image,
            "error-pwrite=ENOSPC",
            "error-pwrite-rate=100%",
            "error-file=" + temporary.resolve("fail"));
  }

  @AfterEach
  void stop() {
    if (server != null) {
      server.destroyForcibly();
    }
  }

  /// As soon as it listens.
  private NbdClient connect() throws IOException {
    while (true) {
      try {
        return NbdClient.connect(new InetSocketAddress("127.0.0.1", port), "");
      } catch (ConnectException notYet) {
        Thread.onSpinWait();
      }
    }
  }

  @Test
  void whatIsWrittenIsInTheImageAndReadBack() throws IOException {
    byte[] expected = new byte[SIZE];
    var random = new Random(1);
    try (NbdClient client = connect()) {
      assertThat(client.size()).isEqualTo(SIZE);
      for (int i = 0; i < 300; i++) {
        byte[] data = new byte[1 + random.nextInt(20_000)];
        random.nextBytes(data);
        int offset = random.nextInt(SIZE - data.length);
        client.write(ByteBuffer.wrap(data), offset);
        client.flush(); // nbdkit answers in parallel: overlapping writes must not race here
        System.arraycopy(data, 0, expected, offset, data.length);
      }
      var read = ByteBuffer.allocate(SIZE);
      client.read(read, 0);
      assertThat(read.array()).isEqualTo(expected);
    }
    assertThat(Files.readAllBytes(image)).isEqualTo(expected);
  }

  @Test
  void writesAreSentAhead() throws IOException {
    try (NbdClient client = connect()) {
      for (int block = 0; block < SIZE / 4096; block++) {
        var data = ByteBuffer.allocate(4096);
        while (data.hasRemaining()) {
          data.putInt(block);
        }
        client.write(data.flip(), block * 4096L);
      }
      client.zero(4096, 4096);
      client.flush();
    }
    var written = ByteBuffer.wrap(Files.readAllBytes(image));
    assertThat(written.getInt(SIZE - 4)).isEqualTo(SIZE / 4096 - 1);
    assertThat(written.getInt(2 * 4096)).isEqualTo(2);
    assertThat(written.getInt(4096)).isZero();
  }

  @Test
  void aServersErrorNamesTheRequest() throws IOException {
    try (NbdClient client = connect()) {
      Files.createFile(temporary.resolve("fail"));
      client.write(ByteBuffer.allocate(4096), 8192);

      assertThatThrownBy(client::flush)
          .isInstanceOf(NbdException.class)
          .hasMessageContaining("to WRITE at 8192+4096");
    }
  }
}
