package io.blocktail.process;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// QEMU's NBD server, read-only on a Unix socket, over a qcow2 image. An image is written by
/// `qemu-io` while it is not served: QEMU lets nobody else in.
public final class QemuNbd implements AutoCloseable {
  private static final String PACKAGE = "qemu-utils";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Path socket;
  private @Nullable Process process;

  public QemuNbd(Path socket) {
    this.socket = socket;
  }

  /// Makes an image, all zeros, with a persistent dirty bitmap.
  public static Path qcow2(Path image, long size, String bitmap) throws Exception {
    ForeignTool tool = ForeignTool.require("qemu-img", PACKAGE);
    tool.run("create", "-f", "qcow2", image, Long.toString(size));
    tool.run("bitmap", "--add", image, bitmap);
    return image;
  }

  /// @param commands as `write -P 1 0 4k`
  public static void io(Path image, String... commands) throws Exception {
    var arguments = new ArrayList<Object>(List.of("-f", "qcow2"));
    Stream.of(commands).forEach(command -> arguments.addAll(List.of("-c", command)));
    arguments.add(image);
    String said = ForeignTool.require("qemu-io", PACKAGE).run(arguments.toArray());
    if (said.contains("failed") || said.contains("error")) {
      throw new AssertionError(said); // it ends with 0 all the same
    }
  }

  public String uri() {
    return "nbd+unix:///?socket=" + socket;
  }

  /// Returns when it takes connections.
  public void start(Path image, String bitmap) throws IOException, InterruptedException {
    ForeignTool tool = ForeignTool.require("qemu-nbd", PACKAGE);
    Files.deleteIfExists(socket);
    Path output = socket.resolveSibling("qemu-nbd.out");
    process =
        tool.start(output, "-t", "-r", "-k", socket, "-f", "qcow2", "-e", "8", "-B", bitmap, image);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!listens()) {
      if (!process.isAlive() || System.nanoTime() > deadline) {
        throw new AssertionError("qemu-nbd does not listen:\n" + Files.readString(output));
      }
      TimeUnit.MILLISECONDS.sleep(10); // between two attempts to connect
    }
  }

  private boolean listens() {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  /// Ends it, so that the image can be written.
  @Override
  public void close() throws InterruptedException {
    if (process != null) {
      process.destroy();
      if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly().waitFor();
      }
      process = null;
    }
  }
}
